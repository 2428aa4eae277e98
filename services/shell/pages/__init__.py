"""The frame of every page, the parts it is made of, and the few pages that belong to no service."""

from services.shell.pages.flash import Undo, done
from services.shell.pages.nav import NavEntry
from services.shell.pages.render import fragment, page

__all__ = ["NavEntry", "Undo", "done", "fragment", "page"]
