"""Carries out care's commands, a file for each kind: load, decide, append. `care.py` is what all share."""
