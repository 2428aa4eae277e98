"""What may happen to members, branches, meetings, receipts and rosters: pure decisions, a file per stream."""
