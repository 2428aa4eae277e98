"""The services: three that own facts, and the shell they share. None imports another."""
