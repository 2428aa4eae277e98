"""Specs of registry: given facts, when a command, then facts."""
