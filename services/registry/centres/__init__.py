"""Who might go to which household centre: plain data in, a proposal out. No log, no tables, no clock, no chance."""
