"""The folds of the registry and the questions its pages ask, one by one."""
