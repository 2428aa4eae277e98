"""The figures of reactions for `/metrics`, by service and policy; never by entity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from faststream.nats.prometheus.provider import BatchNatsMetricsSettingsProvider
from faststream.prometheus.middleware import PrometheusMiddleware
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from faststream.message import StreamMessage
    from faststream.prometheus import ConsumeAttrs
    from nats.aio.msg import Msg
    from prometheus_client import CollectorRegistry

REACTIONS: Final = Counter(
    "hearth_reactions_total", "Reactions by what came of them.", ["service", "policy", "outcome"]
)
SECONDS: Final = Histogram("hearth_reaction_seconds", "How long a reaction took.", ["service", "policy"])
WAITING: Final = Gauge("hearth_reactions_waiting", "Reactions that wait for their next try.", ["service", "source"])
LAG: Final = Gauge("hearth_reactions_lag", "Facts that are not reacted to yet.", ["service", "source"])

_CONSUMER: Final = -6
"""The consumer's name in `$JS.ACK.….<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`."""


class _ByConsumer(BatchNatsMetricsSettingsProvider):
    """Labels a batch with the name of its consumer: the subject would make a label of every person."""

    __slots__ = ()

    def get_consume_attrs_from_message(self, msg: StreamMessage[list[Msg]]) -> ConsumeAttrs:
        """What FastStream counts of a batch."""
        batch = msg.raw_message
        return {
            "destination_name": batch[0].reply.split(".")[_CONSUMER],
            "message_size": sum(len(one.data) for one in batch),
            "messages_count": len(batch),
        }


def _provider(message: Any) -> _ByConsumer | None:
    return _ByConsumer() if isinstance(message, Sequence) else None


def batch_figures(service: str, registry: CollectorRegistry = REGISTRY) -> PrometheusMiddleware[Any, Any]:
    """FastStream's own figures of the batches a service received."""
    return PrometheusMiddleware(
        settings_provider_factory=_provider, registry=registry, app_name=service, metrics_prefix="hearth_faststream"
    )
