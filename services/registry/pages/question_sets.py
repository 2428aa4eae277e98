"""Question sets of a census as files (TOML): read with line and reason, kept beside the policy packs.

A set is a document of somebody above or of the office, as a policy pack is (ADR 29), and is no fact: what a campaign
asks is copied into `Begun` with the set's name, version and SHA-256, so taking a set away changes no campaign.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from events.facts.census import Choice, Option, Question, QuestionSetRef
from services.shell.policy.pack import BadPacks, Problem, said
from services.shell.policy.policies import in_folder, put
from services.shell.policy.toml_lines import NotToml, Place, read_toml

TEXT_MAX: Final = 100_000
OWN_MAX: Final = 10
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Path_ = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SetHead(_Part):
    """Whose questions these are. `scope`: a path of the organisation and everything below it; "" is everybody."""

    name: Words
    version: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    scope: Path_
    title: Words
    issuer: Words


class Known(_Part):
    """A question whose answer means something to the register: where somebody lives, whom to call."""

    kind: Literal["whereabouts", "phone", "address", "family", "lives_alone", "wishes"]


class OpenQuestion(_Part):
    """A question of its own; what was said is written down as it was said."""

    kind: Literal["text"]
    text: Words


class Proposal(_Part):
    """What an answer would change in the register, once a person confirms it."""

    lives_alone: bool | None = None


class OptionPart(_Part):
    """One of the answers that may be given."""

    text: Words
    proposes: Proposal = Proposal()


class ChoiceQuestion(_Part):
    """A question of its own with its answers."""

    kind: Literal["choice"]
    text: Words
    options: Annotated[list[OptionPart], Field(min_length=2, max_length=12)]


AnyQuestion = Annotated[Known | OpenQuestion | ChoiceQuestion, Field(discriminator="kind")]


class _File(_Part):
    set: SetHead
    question: Annotated[list[AnyQuestion], Field(min_length=1, max_length=30)]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set that could be read."""

    head: SetHead
    asked: Sequence[Known | OpenQuestion | ChoiceQuestion]
    digest: str
    text: str

    @property
    def key(self) -> str:
        """By what it is chosen: 32 hexadecimal digits of whose it is, its name and its version."""
        return key_of(self.head)

    @property
    def ref(self) -> QuestionSetRef:
        """How a campaign names it."""
        return QuestionSetRef(name=self.head.name, version=self.head.version, scope=self.head.scope, digest=self.digest)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What it asks that the register knows."""
        return tuple(Question(one.kind) for one in self.asked if isinstance(one, Known))

    @property
    def free(self) -> tuple[str, ...]:
        """Its own questions, in their order."""
        return tuple(one.text for one in self.asked if not isinstance(one, Known))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Those of its own that have answers to choose from."""
        return tuple(
            Choice(
                question=one.text,
                options=tuple(Option(text=each.text, lives_alone=each.proposes.lives_alone) for each in one.options),
            )
            for one in self.asked
            if isinstance(one, ChoiceQuestion)
        )

    def is_for(self, place: str) -> bool:
        """Whether a place lies in its scope, or the other way round."""
        scope = self.head.scope
        return not scope or not place or _inside(place, scope) or _inside(scope, place)


def _inside(place: str, scope: str) -> bool:
    return place == scope or place.startswith(f"{scope}.")


def key_of(head: SetHead) -> str:
    """A name for a file out of what names a set."""
    return hashlib.sha256(f"{head.scope}\n{head.name}\n{head.version}".encode()).hexdigest()[:32]


def read_set(text: str, file: str) -> QuestionSet:
    """The set in a text. Raises `BadPacks` with file, line and reason of all that is wrong."""
    try:
        data, places = read_toml(text)
    except NotToml as error:
        raise BadPacks([Problem(file, error.line, str(error))]) from error
    try:
        found = _File.model_validate(data)
    except ValidationError as error:
        raise BadPacks([_problem(one, places, file) for one in error.errors(include_url=False)]) from error
    if problems := [Problem(file, _line(places, place), reason) for place, reason in _twice(found)]:
        raise BadPacks(problems)
    return QuestionSet(found.set, tuple(found.question), hashlib.sha256(text.encode()).hexdigest(), text)


def _problem(error: Mapping[str, Any], places: Mapping[Place, int], file: str) -> Problem:
    kinds = {"choice", "text", *Question}
    place = tuple(part for at, part in enumerate(error["loc"]) if not (at == 2 and part in kinds))
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    match error["type"]:
        case "union_tag_invalid":
            reason = f"there is no kind {error['ctx']['tag']!r}; there are {', '.join([*Question, 'text', 'choice'])}"
        case "union_tag_not_found":
            reason = "kind is missing"
        case _:
            reason = said(error)
    return Problem(file, _line(places, place), f"{name}: {reason}")


def _line(places: Mapping[Place, int], place: Place) -> int:
    """The line of a value, or of the nearest thing around it."""
    return next((places[place[:size]] for size in range(len(place), 0, -1) if place[:size] in places), 1)


def _twice(found: _File) -> list[tuple[Place, str]]:
    """What stands there more than once, and too many of its own."""
    problems: list[tuple[Place, str]] = []
    seen: set[str] = set()
    own = 0
    for at, one in enumerate(found.question):
        name = one.kind if isinstance(one, Known) else one.text
        if name in seen:
            problems.append((("question", at), f"question.{at + 1}: {name!r} is asked twice"))
        seen.add(name)
        own += not isinstance(one, Known)
        if own == OWN_MAX + 1:
            problems.append((("question", at), f"question.{at + 1}: at most {OWN_MAX} questions of its own"))
        if isinstance(one, ChoiceQuestion):
            counts = Counter(option.text for option in one.options)
            problems += [
                (("question", at, "options"), f"question.{at + 1}.options: {text!r} stands here twice")
                for text, count in counts.items()
                if count > 1
            ]
    return problems


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of sets; bad files in it hurt nobody but themselves."""

    folder: Path

    def look(self) -> tuple[list[QuestionSet], list[Problem]]:
        """All sets, by name and version (the newest of a name first), and what is wrong with the folder."""
        found: dict[str, QuestionSet] = {}
        problems: list[Problem] = []
        for path in in_folder(self.folder):
            try:
                one = read_set(path.read_text("utf-8"), path.name)
                found[one.key] = one
            except BadPacks as bad:
                problems += bad.problems
            except (OSError, UnicodeError) as unread:
                problems.append(Problem(path.name, 1, f"cannot be read: {unread}"))
        ordered = sorted(found.values(), key=lambda one: one.head.version, reverse=True)
        return sorted(ordered, key=lambda one: (one.head.scope, one.head.name)), problems

    def find(self, key: str) -> QuestionSet | None:
        """The set that is chosen by this key."""
        return next((one for one in self.look()[0] if one.key == key), None)

    def add(self, one: QuestionSet) -> bool:
        """Keep it; False if it was there. Raises `BadPacks` if another text is kept under its version."""
        held = self.find(one.key)
        if held is not None and held.digest != one.digest:
            reason = (
                f"version {one.head.version!r} of {one.head.name!r} is kept with other questions; give a new version"
            )
            raise BadPacks([Problem(one.head.name, 1, reason)])
        if held is None:
            put(one.text, self.folder, f"{one.key}.toml")
        return held is None

    def take_away(self, key: str) -> QuestionSet | None:
        """It is offered no more; the file stays beside, and can be put back."""
        held = self.find(key)
        if held is not None:
            for path in in_folder(self.folder):
                if _is(path, key):
                    path.replace(path.with_suffix(".gone"))
        return held

    def gone(self, key: str) -> QuestionSet | None:
        """A set that was taken away."""
        for path in sorted(self.folder.glob("*.gone")):
            if _is(path, key):
                return read_set(path.read_text("utf-8"), path.name)
        return None

    def put_back(self, key: str) -> None:
        """It is offered again."""
        for path in sorted(self.folder.glob("*.gone")):
            if _is(path, key):
                path.replace(path.with_suffix(".toml"))


def _is(path: Path, key: str) -> bool:
    try:
        return read_set(path.read_text("utf-8"), path.name).key == key
    except (BadPacks, OSError, UnicodeError):
        return False


EXAMPLE: Final = """# 一份摸底问卷。改好以后存成 .toml 文件交上来；同一个 version 不能换内容，改了请写新的 version。
[set]
name = "流动党员排查"
version = "2026.1"
scope = "@SCOPE@"                # 给谁用：这个单位和它下面的
title = "2026年流动党员排查"
issuer = "街道党工委"

[[question]]                     # 答案会对照名册，由人核定后才改
kind = "whereabouts"             # 还有 phone address family lives_alone wishes

[[question]]
kind = "choice"                  # 从几个答案里选一个
text = "现在和谁一起住？"
options = [
  { text = "一个人住", proposes = { lives_alone = true } },
  { text = "和家人住", proposes = { lives_alone = false } },
  { text = "住养老院" },
]

[[question]]
kind = "text"                    # 原话记下
text = "希望社区帮什么忙？"
"""
