"""Changing many members at once: a selection is frozen as it was shown, then changed step by step, and only that."""

from services.registry.bulk.changer import BulkChanger, BulkProgress
from services.registry.bulk.plan import Plan, PlannedOne, Plans, Why

__all__ = ["BulkChanger", "BulkProgress", "Plan", "PlannedOne", "Plans", "Why"]
