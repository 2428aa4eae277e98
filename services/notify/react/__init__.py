"""Facts turned into notices: a policy each. The same fact never makes a second message to anybody."""
