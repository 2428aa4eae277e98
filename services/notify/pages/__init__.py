"""Notify's pages and API: the outbox somebody works through, letters, a member's messages, the panel of the home page."""
