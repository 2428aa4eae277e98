"""A member roster as offices keep it: a sheet in, rows, doubts and rejections out; no database, no clock, no network.

``open_roster`` (read.py) finds the tables of a file, ``Roster.read`` streams what stands in them,
``write_rejected_sheet`` gives back what has to be mended. Whether somebody is in the register already is not known
here: the import asks, and adds its own rejections with ``RosterRow.reject``.
"""
