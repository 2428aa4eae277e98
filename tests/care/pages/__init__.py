"""Care's pages and API on the real application, a real broker and a real database."""
