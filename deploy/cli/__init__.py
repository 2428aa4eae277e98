"""The command `hearth`: one file per command, put together in `main.py`."""
