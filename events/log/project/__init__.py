"""Projections: facts folded into tables, exactly once, rebuilt beside the living ones and never migrated.

A view is declared with `View`, folded by `Runner`, rebuilt by `rebuild`, examined by `check`. No fold and no page
writes to a view's table.
"""

from events.log.project.columns import LTree, community_column
from events.log.project.view import Projection, Row, Snapshots, View

__all__ = ["LTree", "Projection", "Row", "Snapshots", "View", "community_column"]
