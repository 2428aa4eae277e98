"""Carries out what concerns a community's neighbourhood: grids, buildings, partner units, and who came to a meeting."""

from services.registry.community.attendance import Attendance
from services.registry.community.buildings import Buildings
from services.registry.community.grids import Grids
from services.registry.community.partners import Partners

__all__ = ["Attendance", "Buildings", "Grids", "Partners"]
