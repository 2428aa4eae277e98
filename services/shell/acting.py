"""Between a request and a command: who asks under which key, and what the answer or the refusal looks like outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import Request

from events.log.command import Asked, ChangedMeanwhile, CommandRefused, Receipt
from events.log.port import Conflict, LogError
from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller
from services.shell.problems import Forbidden, Malformed, Refusal, Stale, Unavailable
from services.shell.reading import plain_json

KEY_CHARACTERS_MAX: Final = 200
Sentences = Mapping[str, Callable[[Mapping[str, Any]], str]]
"""Refusal code -> the sentence a person reads, in their language, from the refusal's details."""


def asked(request: Request, caller: Caller, community: str, command: str, *, key: str = "") -> Asked:
    """The caller's command in a community of their scope.

    `command` names the command, so that one Idempotency-Key used for two different commands is two keys. A form
    gives its hidden `key` instead of the header. `If-Match: "REGISTRY:42"` or a form's version must still be true.
    """
    if not caller.covers(community):
        raise Forbidden(_("这个社区不在您的范围内。"))
    key = key or request.headers.get("idempotency-key", "")
    if len(key) > KEY_CHARACTERS_MAX:
        raise Malformed(_("Idempotency-Key 太长了（最多 %(most)s 个字符）。", most=KEY_CHARACTERS_MAX))
    return Asked(
        actor=caller.name,
        community=community,
        command=f"{command}/{key}" if key else "",
        expected=_expected(request.headers.get("if-match", "")),
    )


def _expected(tag: str) -> int | None:
    """The sequence in `"REGISTRY:42"`; None accepts any version."""
    value = tag.strip().removeprefix("W/").strip('"')
    if value in {"", "*"}:
        return None
    sequence = value.rpartition(":")[2]
    if not sequence.isdigit():
        raise Stale(_("If-Match 写的不是一个版本。"))
    return int(sequence)


def facts_of(receipt: Receipt) -> list[dict[str, object]]:
    """The `facts` of a command's answer (CONTRACT.md)."""
    return [
        {"id": one.about.id, "type": one.about.type, "stream": one.about.log_stream, "seq": one.about.seq}
        for one in receipt.facts
    ]


@asynccontextmanager
async def told(sentences: Sentences) -> AsyncIterator[None]:
    """Turn what a command may raise into the problem that says what was wrong and what to do."""
    try:
        yield
    except CommandRefused as refusal:
        sentence = sentences.get(refusal.code)
        details = {name: plain_json(value) for name, value in refusal.details.items()}
        raise Refusal(refusal.code, sentence(refusal.details) if sentence else "", details=details) from refusal
    except ChangedMeanwhile as changed:
        raise Stale(_("这份资料刚刚有别人改过，您看到的已经不是最新的。")) from changed
    except Conflict as conflict:
        raise Refusal("changed_meanwhile", _("几个人同时在改同一份资料，这一次没有轮到您。")) from conflict
    except LogError as error:
        raise Unavailable(_("暂时不知道有没有记上。请稍后再交一次同一张表单，不会记两遍。")) from error
