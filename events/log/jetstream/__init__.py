"""The JetStream driver of the log: requests, guarded append, direct reads, and an ordered follower."""

from events.log.jetstream.driver import JetStreamLog

__all__ = ["JetStreamLog"]
