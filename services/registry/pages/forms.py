"""What a form is shown with and what it keeps: its key, the version it was made from, what was typed, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from services.registry.pages.common import registry
from services.shell.problems import FieldError, Invalid, Problem


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a template sees it. `key` makes a second press of the button the same command."""

    key: str
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    problem: Problem | None = None

    def __getitem__(self, name: str) -> Any:
        """What stands in a field; empty if nothing does."""
        return self.values.get(name, "")

    @property
    def status(self) -> int:
        """The status of the page that shows this form."""
        return self.problem.status if self.problem else 200


def fresh(request: Request, version: int | None = None, **values: Any) -> Form:
    """A form to fill in."""
    return Form(registry(request).commands.new_id(), version, values)


def again(request: Request, sent: FormData, problem: Problem, version: int | None = None) -> Form:
    """The form once more, with what was typed and what is wrong. A refused command gets a new key: it will be another
    one when it is sent again.
    """
    errors = problem.errors if isinstance(problem, Invalid) else ()
    values = {name: sent.getlist(name) if len(sent.getlist(name)) > 1 else sent[name] for name in sent}
    return Form(registry(request).commands.new_id(), version, values, errors, problem)
