"""Carries out what concerns a community's neighbourhood: its grids, its buildings, its partner units, its meetings."""

from services.registry.community.attendance import Attendance
from services.registry.community.buildings import Buildings
from services.registry.community.grids import Grids
from services.registry.community.meetings import Meetings
from services.registry.community.partners import Partners

__all__ = ["Attendance", "Buildings", "Grids", "Meetings", "Partners"]
