"""Bad days: what is killed, stopped and poisoned in the middle of the work, and that nothing is lost or said twice.

Servers are real and write on a real disk; services are processes of their own or the one of `hearth up`.
`HEARTH_FAULT_COMMANDS=5000` makes the runs as long as on a busy day.
"""
