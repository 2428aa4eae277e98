"""How a service's FastStream broker is opened, and the subscriber that hears one log stream."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from faststream import AckPolicy
from faststream.nats import JStream, PullSub
from nats.aio.msg import Msg
from prometheus_client import REGISTRY, CollectorRegistry

from services.shell.reacting.consumer import Durable
from services.shell.reacting.figures import batch_figures
from services.shell.reacting.pull import Pull

if TYPE_CHECKING:
    from faststream.message import StreamMessage
    from faststream.nats import NatsBroker  # noqa: TID251 - the type only: wire.py makes it
    from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber

BATCH_MAX: Final = 500
POLL_SECONDS: Final = 1.0
"""How long a question without an answer waits; facts are handed over when they come, not at its end."""
FINISH_SECONDS: Final = 15.0
"""How long a batch in hand may take when the service stops."""

Receive = Callable[[list[Msg]], Awaitable[None]]


def broker_options(
    service: str, registry: CollectorRegistry = REGISTRY, middlewares: Sequence[Any] = ()
) -> dict[str, Any]:
    """Arguments of `NatsBroker(url, **broker_options(service))`: it never gives up, and it labels by consumer.

    `middlewares` are FastStream's, for instance its tracing (`faststream.nats.opentelemetry`).
    """
    return {
        "name": f"hearth {service} reactions",
        "inbox_prefix": f"_INBOX_{service}",
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "ping_interval": 5,
        "max_outstanding_pings": 2,
        "apply_types": False,
        "graceful_timeout": FINISH_SECONDS,
        "logger": logging.getLogger("services.shell.reacting.faststream"),
        "log_level": logging.DEBUG,
        "middlewares": (batch_figures(service, registry), *middlewares),
    }


async def _as_delivered(message: StreamMessage[list[Msg]]) -> list[Msg]:
    """The decoder: nothing is decoded, a batch is handed on as the messages it was delivered as."""
    return message.raw_message


async def listen(
    broker: NatsBroker, service: str, durable: Durable, receive: Receive
) -> tuple[BatchPullStreamSubscriber, Pull]:
    """Start to hear a consumer that exists. Acknowledging is left to `receive`."""
    subscriber = broker.subscriber(
        durable.subject,
        stream=JStream(durable.log_stream, declare=False),
        durable=durable.name,
        pull_sub=PullSub(batch_size=BATCH_MAX, timeout=POLL_SECONDS, batch=True),
        ack_policy=AckPolicy.MANUAL,
        decoder=_as_delivered,
        inbox_prefix=f"_INBOX_{service}.".encode(),
        persistent=False,
        title=durable.name,
    )
    subscriber(receive)
    pull = Pull(await broker.connect(), durable.log_stream, durable.name)
    await pull.start()
    await subscriber.start()
    # Its task has not run yet: nobody has asked through the subscription it made.
    made, subscriber.subscription = subscriber.subscription, pull
    if made is not None:
        await made.unsubscribe()
    return subscriber, pull
