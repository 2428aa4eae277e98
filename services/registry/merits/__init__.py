"""What somebody is honoured for, counted by, and judged by: carries the commands out."""

from services.registry.merits.honours import Honouring
from services.registry.merits.points import Pointing
from services.registry.merits.review import Reviewing

__all__ = ["Honouring", "Pointing", "Reviewing"]
