"""What somebody is honoured for, counted by, and judged by: carries the commands out."""

from services.registry.merits.honours import Honouring
from services.registry.merits.points import Pointing

__all__ = ["Honouring", "Pointing"]
