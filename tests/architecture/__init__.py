"""The rules of the house, and for each a proof that it can fail."""
