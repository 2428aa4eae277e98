"""The one kind of error the box tells its operator about without a traceback."""


class Trouble(Exception):
    """Something a person must see to; the message says what is wrong and what to do."""
