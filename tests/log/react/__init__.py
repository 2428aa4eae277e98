"""Reactions on real servers: order, redelivery, back-off, parking, and what happens when things are killed."""
