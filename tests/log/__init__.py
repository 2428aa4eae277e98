"""The log, the runner and the reactions: one suite of behaviour for every driver, on real servers."""
