"""Specs of notify/decide: given facts, when a command, then facts."""
