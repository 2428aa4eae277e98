"""What somebody is told, in which words and by which way, and what came of it: pure decisions over facts."""
