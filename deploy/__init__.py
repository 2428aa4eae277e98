"""Everything that runs Hearth somewhere: the one box, its command line, its servers."""
