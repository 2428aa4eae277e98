"""Specs of facts: given facts, when a command, then facts."""
