"""What `hearth doctor` looks at: one function per check, gathered in `examine.CHECKS`."""
