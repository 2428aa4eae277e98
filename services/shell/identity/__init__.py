"""Who is asking, and whether they may."""

from services.shell.identity.caller import Caller, Role, may
from services.shell.identity.requires import public, requires, unguarded

__all__ = ["Caller", "Role", "may", "public", "requires", "unguarded"]
