"""Carries out the registry's commands, a file for each kind: load, decide, append. `registry.py` is what all share."""
