"""The registry's pages and API: a file each, its template beside it."""
