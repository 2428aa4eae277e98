"""The box: starts the servers and the services, and the commands an operator types."""
