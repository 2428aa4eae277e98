"""Proposing who goes: a table of single visits, what holds of every week, and how good a proposal is."""
