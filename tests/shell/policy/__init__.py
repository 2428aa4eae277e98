"""Policy packs: read, laid upon each other, refused with line and reason, taken up from a folder."""
