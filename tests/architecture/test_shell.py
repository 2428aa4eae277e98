"""The shell names nothing of the domain: an import contract cannot see a word, so this reads the names themselves."""

from __future__ import annotations

import io
import re
import tokenize

from tests.architecture.house import here, sources

#: Nouns of the services. `visitor` and `liaison` are roles, which are the shell's own.
DOMAIN = set(
    "member branch dues pension ledger roster meeting attendance visit illness bereavement notice outbox".split()
)
NOUNS = DOMAIN | {f"{noun}s" for noun in DOMAIN}


def domain_names(source: str) -> set[str]:
    """The names of a source that have a noun of the domain in them (`MemberRow`, `visits_due`)."""
    names = {
        token.string for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.NAME
    }
    return {name for name in names if {word.lower() for word in words(name)} & NOUNS}


def words(name: str) -> list[str]:
    """The words of a name in snake or camel case."""
    return re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)


def test_the_shell_names_nothing_of_the_domain() -> None:
    found = {here(path): names for path in sources("services/shell") if (names := domain_names(path.read_text()))}
    assert found == {}


def test_a_noun_of_the_domain_is_noticed() -> None:
    source = "class MemberRow: ...\nvisits_due = 1\nvisitor = 'a member'\ndues = receipt = None\n"
    assert domain_names(source) == {"MemberRow", "visits_due", "dues"}
