"""Specs of notify: given facts, when a command, then facts."""
