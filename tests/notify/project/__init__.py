"""Specs of notify/project."""
