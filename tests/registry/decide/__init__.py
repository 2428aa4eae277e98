"""Specs of registry/decide: given facts, when a command, then facts."""
