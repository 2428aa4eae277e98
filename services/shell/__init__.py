"""What every service needs and none owns: identity, sessions, the page frame, words, problems, health.

No tables and no nouns of a domain live here. Start with `README.md` for a page to copy.
"""
