"""The runner on real servers: exactly once, take-over, parking, rebuild, check, and what may be read."""
