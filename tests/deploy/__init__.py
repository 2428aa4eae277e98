"""The box: its servers, its cells, its commands, and what it survives."""
