"""Care's pages and its API: who is to be visited or called, and what came of it."""
