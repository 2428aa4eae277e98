"""Specs of notify/react."""
