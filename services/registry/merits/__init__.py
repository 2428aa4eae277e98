"""What somebody is honoured for, counted by, and judged by: carries the commands out."""

from services.registry.merits.honours import Honouring

__all__ = ["Honouring"]
