"""Rules of a made-up service, and packs of them as texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from services.shell.policy import Pack, PackSet, Schema
from services.shell.policy.pack import read_pack


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rate(Rule):
    limit: int = Field(ge=0)
    permille: int = Field(ge=0, le=1000)
    clause: str


class Round(Rule):
    name: str
    times: int = Field(ge=1)
    clause: str


class Words(Rule):
    text: str
    clause: str


class Rules(Rule):
    ahead: int
    rate: Rate
    round: tuple[Round, ...]
    words: Mapping[str, Words]
    clauses: Mapping[str, str]


SCHEMA: Final = Schema("sample", Rules, keyed={"round": "name"}, closed=frozenset({"words"}))

NATIONAL: Final = """\
ahead = 7
[pack]
service = "sample"
scope = ""
version = "1"
effective_from = 2000-01-01
title = "全国"
issuer = "国家"
[rate]
limit = 100
permille = 5
clause = "§1"
[[round]]
name = "old"
times = 3
clause = "§2"
[[round]]
name = "young"
times = 1
clause = "§2"
[words."moved.away"]
text = "走了"
clause = "§3"
[clauses]
"§1" = "一"
"§2" = "二"
"§3" = "三"
"""


def head(scope: str = "a", day: str = "2026-01-01", version: str = "1", service: str = "sample") -> str:
    """Seven lines; the rules begin on the eighth."""
    return (
        f'[pack]\nservice = "{service}"\nscope = "{scope}"\nversion = "{version}"\neffective_from = {day}\n'
        f'title = "{scope or "nation"} from {day}"\nissuer = "office"\n'
    )


def pack(text: str, file: str = "here.toml") -> Pack:
    return read_pack(text, file, SCHEMA)


def national() -> Pack:
    return pack(NATIONAL, "national.toml")


def laid(*texts: str) -> PackSet[Rules]:
    """These packs upon the national one; their files are called 1.toml, 2.toml …"""
    return PackSet.of(SCHEMA, national(), [pack(text, f"{number}.toml") for number, text in enumerate(texts, 1)])


def rules(packs: PackSet[Rules], place: str, day: date) -> Rules:
    return packs.of_place(place).on(day).policy


def plain(rule: Rules) -> Any:
    return rule.model_dump()
