"""The simulation of visits: ordering, determinism, the picture."""
