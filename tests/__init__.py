"""The suite. Everything that touches NATS or PostgreSQL runs on the real servers."""
