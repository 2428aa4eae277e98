"""Specs of notify/pages."""
