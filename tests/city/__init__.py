"""The made-up city: the same seed, decisions that allow everything, writing that goes on where it stopped."""
