"""The catalogue of facts: one file per stream, frozen models with literal stored names."""
