"""Brings a roster in: rows become members in atomic batches, rejected rows are written down, all of it can be undone.

Nothing is done twice. A person is claimed by their ID number before the enrolment is appended, so the same person in
another file, another window or another try is the same member. An import that was interrupted is continued by sending
the same file again: rows it had taken are found taken, refusals it had recorded are passed over.
"""

from services.registry.import_roster.importer import Importer
from services.registry.import_roster.reading import Opened, Progress, opened
from services.registry.import_roster.undo import ImportUndo, Undoing

__all__ = ["ImportUndo", "Importer", "Opened", "Progress", "Undoing", "opened"]
