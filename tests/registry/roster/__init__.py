"""Rosters as offices keep them, read: the shared made-up one, the spellings, the odd files, the way back."""
