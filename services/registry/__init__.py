"""registry: who the members are, where they belong, where they went, what they paid and attended."""
