"""Old shapes of facts, brought up to the newest one when they are read. The log itself is never rewritten.

Beside a fact whose version is now 2 stands, in its own file:

    @upcaster("hearth.member.enrolled", 1)
    def _(data):            # data of version 1 in, data of version 2 out
        return data | {"hobbies": []}

The samples of every version stay in `tests/log/samples` for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
_steps: dict[str, tuple[str, Callable[[Data], Data]]] = {}


def upcaster(name: str, from_version: int) -> Callable[[Callable[[Data], Data]], Callable[[Data], Data]]:
    """Register the step from `name`.v`from_version` to the next version. Sealed fields arrive already opened."""

    def register(step: Callable[[Data], Data]) -> Callable[[Data], Data]:
        old, new = f"{name}.v{from_version}", f"{name}.v{from_version + 1}"
        if old in _steps:
            raise TypeError(f"{old} already has an upcaster")
        _steps[old] = (new, step)
        return step

    return register


def newest(type_: str, data: Data) -> tuple[str, Data]:
    """The newest type reachable from a stored one, and the data in its shape. One dictionary look-up when current."""
    while (found := _steps.get(type_)) is not None:
        type_, step = found
        data = step(data)
    return type_, data
