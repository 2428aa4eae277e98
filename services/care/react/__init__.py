"""Facts, and the calendar, turned into care's commands: a policy each."""
