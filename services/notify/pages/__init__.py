"""Notify's pages and API: the outbox, letters, a member's messages, the panel of the home page."""
