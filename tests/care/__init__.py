"""Specs of care: given facts, when a command, then facts."""
