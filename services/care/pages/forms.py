"""A form on a page: what was filled in, what was wrong with it, and the key that makes sending it twice harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.shell.problems import FieldError, Invalid, Problem, Refusal


@dataclass(frozen=True, slots=True)
class Form:
    """What a template fills its fields from; `form["made_on"]` is "" when there is nothing yet."""

    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def errors(self) -> Sequence[FieldError]:
        """The fields that cannot be accepted."""
        return self.problem.errors if isinstance(self.problem, Invalid) else ()

    @property
    def status(self) -> int:
        """The status of the page the form stands on."""
        return self.problem.status if self.problem else 200

    def __getitem__(self, name: str) -> Any:
        """What was filled in."""
        return self.values.get(name, "")


def empty(request: Request, **values: Any) -> Form:
    """A form nobody has sent yet."""
    return Form(request.app.state.host.new_id(), values)


def sent_back(form: FormData, problem: Invalid | Refusal) -> Form:
    """The form as it was sent, with what was wrong."""
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    return Form(values.get("idempotency_key", ""), values, problem)


Shown = Callable[[Form], Any]
"""The page with this form on it."""


async def or_again(work: Any, form: FormData, shown: Shown) -> Response:
    """The answer of `work`; if a field or the decision refuses it, the page with the form as it was filled in."""
    try:
        answer: Response = await work
    except (Invalid, Refusal) as problem:
        answer = await shown(sent_back(form, problem))
    return answer
