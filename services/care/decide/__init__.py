"""Who is to be visited or called, by when and why, and what came of it: pure decisions over facts."""
