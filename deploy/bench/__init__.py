"""`hearth bench`: every figure beside its peer or its limit, measured in the same run on the same servers.

One file per figure; a figure interleaves itself with its peer round by round, because machines drift.
"""
