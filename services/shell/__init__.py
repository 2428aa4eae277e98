"""What every service needs and none owns: sign-in, sessions, the page frame, errors, health. No domain."""
