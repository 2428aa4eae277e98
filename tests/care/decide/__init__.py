"""Specs of care/decide: given facts, when a command, then facts."""
