"""Notify's tables, a file each: table, folds, and the questions its pages ask."""
