"""Who might go to whom this week, and on which day: plain data in, a proposal out. No log, no tables, no clock."""
