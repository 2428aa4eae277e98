"""What people call those who act: the names behind the accounts that stand in facts."""

from collections.abc import Callable, Iterable
from time import monotonic

from services.shell.identity.accounts import Accounts
from services.shell.problems import Problem

KNOWN_SECONDS = 30.0
"""A page has a handful of them, and the same ones as the page before; names change rarely."""


class Called:
    """Remembers each for half a minute. `ticks` are seconds of whatever beginning."""

    def __init__(self, accounts: Accounts, ticks: Callable[[], float] = monotonic) -> None:
        self._accounts, self._ticks = accounts, ticks
        self._known: dict[str, tuple[float, str]] = {}

    async def of(self, names: Iterable[str]) -> dict[str, str]:
        """Account name -> what people say. Who has no account (a policy, a program) is called as written; so is
        everybody new while the bucket does not answer.
        """
        return {name: await self._one(name) for name in set(names)}

    async def _one(self, name: str) -> str:
        since, display = self._known.get(name, (float("-inf"), name))
        if self._ticks() - since > KNOWN_SECONDS:
            try:
                account = await self._accounts.get(name)
            except Problem:
                return display
            display = account.display if account else name
            self._known[name] = (self._ticks(), display)
        return display
