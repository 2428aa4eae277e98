"""One box: a NATS server, a PostgreSQL and the three services under one parent process."""
