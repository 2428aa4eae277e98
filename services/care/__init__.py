"""care: who needs a visit or a call, by when and why, and what came of it."""
