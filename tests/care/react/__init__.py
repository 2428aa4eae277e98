"""A fact is heard, care commands, facts follow; and the calendar is gone through."""
