from __future__ import annotations

from services.shell.identity import Role
from services.shell.identity.called import KNOWN_SECONDS, Called
from services.shell.identity.identity import Identity
from tests.shell.office import Office, account


async def test_who_acts_is_called_as_people_call_them(office: Office) -> None:
    li = account("li", Role.VISITOR)
    await office.identity.accounts.put(li)
    called = await office.identity.called.of(["li", "policy:calendar", "li"])
    assert called == {"li": li.display, "policy:calendar": "policy:calendar"}


async def test_a_new_name_is_known_half_a_minute_later(office: Office) -> None:
    ticks = [0.0]
    identity: Identity = office.identity
    called = Called(identity.accounts, lambda: ticks[0])
    await identity.accounts.put(account("wu", Role.WORKER))
    before = await called.of(["wu"])
    await identity.accounts.put(account("wu", Role.WORKER).model_copy(update={"display": "吴主任"}))
    assert await called.of(["wu"]) == before
    ticks[0] += KNOWN_SECONDS + 1
    assert await called.of(["wu"]) == {"wu": "吴主任"}
