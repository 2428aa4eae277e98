"""Rosters brought in, on the real application and a real cell."""
