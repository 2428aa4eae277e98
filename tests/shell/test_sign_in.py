"""Signing in, staying in, getting out; and what does not get in."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
import pytest
from nats.aio.client import Client

from services.shell.identity import Role
from services.shell.identity.accounts import Grant
from services.shell.identity.identity import COOKIE
from services.shell.identity.limits import Limit
from services.shell.identity.paths import local_path
from services.shell.identity.sessions import Sessions
from services.shell.problems import TooMany
from tests.shell.office import NOON, PASSWORD, Office, account

SECRETARY = account("wang", Role.SECRETARY)


async def test_a_person_signs_in_and_comes_back_to_the_page_they_wanted(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.identity.accounts.put(SECRETARY)

    sent_away = await browser.get("/sample/rows?q=王")
    form = await browser.get(sent_away.headers["location"])
    assert sent_away.status_code == 303
    assert 'value="/sample/rows?q=%E7%8E%8B"' in form.text
    signed_in = await browser.post("/sign-in", data={"name": " WANG ", "password": PASSWORD, "next": "/sample/rows"})

    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/sample/rows")
    cookie = signed_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/sample/rows")).status_code == 200


async def test_a_wrong_password_says_so_and_keeps_the_name(office: Office, browser: httpx.AsyncClient) -> None:
    await office.identity.accounts.put(account("li", Role.VISITOR))
    answers = [
        await browser.post("/sign-in", data={"name": name, "password": "guess"}) for name in ("li", "nobody", "../x")
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert 'value="li"' in answers[0].text
    assert "账号或密码不对" in answers[0].text
    assert COOKIE not in browser.cookies


async def test_the_sixth_guess_must_wait(office: Office, browser: httpx.AsyncClient) -> None:
    await office.identity.accounts.put(account("guessed", Role.WORKER))
    for _attempt in range(5):
        assert (await browser.post("/sign-in", data={"name": "guessed", "password": "no"})).status_code == 401
    sixth = await browser.post("/sign-in", data={"name": "guessed", "password": PASSWORD})
    assert sixth.status_code == 429
    assert 0 < int(sixth.headers["retry-after"]) <= 300


async def test_guesses_at_once_are_counted_and_right_passwords_at_once_are_not(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.identity.accounts.put(account("many", Role.WORKER))

    async def tried(password: str) -> list[int]:
        wishes = [browser.post("/sign-in", data={"name": "many", "password": password}) for _number in range(9)]
        return sorted(answer.status_code for answer in await asyncio.gather(*wishes))

    assert await tried(PASSWORD) == [303] * 9
    assert await tried("guess") == [401] * 5 + [429] * 4


async def test_signing_out_ends_the_session_on_the_server(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, SECRETARY)
    session = browser.cookies[COOKIE]
    left = await browser.post("/sign-out")
    assert left.headers["location"] == "/sign-in?signed_out=1"

    browser.cookies.set(COOKIE, session, domain="box")
    assert (await browser.get("/sample/rows")).status_code == 303
    assert (await browser.post("/sign-out")).status_code == 303


async def test_a_session_is_never_reused_by_the_next_sign_in(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, SECRETARY)
    first = browser.cookies[COOKIE]
    await office.sign_in(browser, SECRETARY)
    assert browser.cookies[COOKIE] != first
    assert await office.identity.sessions.find(first) is None


async def test_the_broker_never_sees_what_the_browser_holds(office: Office, broker: Client) -> None:
    await office.identity.accounts.put(SECRETARY)
    session_id = await office.identity.sessions.open(SECRETARY, SECRETARY.grants[0])
    for bucket in ("SESSIONS", "ACCOUNTS"):
        kv = await broker.jetstream().key_value(bucket)
        for key in await kv.keys():
            value = (await kv.get(key)).value or b""
            assert session_id not in key
            assert session_id.encode() not in value
            assert PASSWORD.encode() not in value
    stored = json.loads((await (await broker.jetstream().key_value("ACCOUNTS")).get("wang")).value or b"")
    assert stored["password"].startswith("$argon2id$")


async def test_a_session_ends_with_its_hours_its_account_and_its_post(office: Office, broker: Client) -> None:
    other_post = Grant(role=Role.WORKER, scope="demo.shiquan")
    who = SECRETARY.model_copy(update={"grants": (*SECRETARY.grants, other_post)})
    await office.identity.accounts.put(who)
    session_id = await office.identity.sessions.open(who, other_post)

    def elsewhere(hours: int) -> Sessions:
        """Another process, that many hours later: nothing cached."""
        clock = lambda: NOON + timedelta(hours=hours)  # noqa: E731 - a moment, not a function worth a name
        return Sessions(broker.jetstream, office.identity.accounts, hours=12, clock=clock)

    found = await elsewhere(11).find(session_id)
    assert found is not None
    assert (found.role, found.scope) == (Role.WORKER, "demo.shiquan")
    assert await elsewhere(12).find(session_id) is None
    await office.identity.accounts.put(SECRETARY)
    assert await elsewhere(1).find(session_id) is None
    await office.identity.accounts.put(who.model_copy(update={"closed": True}))
    assert await elsewhere(1).find(session_id) is None


async def test_somebody_with_two_posts_changes_between_them(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("two", Role.SECRETARY, grants=[
        {"role": "secretary", "scope": "demo.jinqiao"}, {"role": "auditor", "scope": ""}
    ]))  # fmt: skip
    assert "审计员" in (await browser.get("/more")).text
    assert (await browser.post("/post", data={"number": "1"})).headers["location"] == "/"
    assert (await browser.get("/sample/api/me")).json() == {"name": "two", "role": "auditor", "scope": ""}
    assert (await browser.post("/post", data={"number": "2"})).status_code == 403


async def test_a_new_password_ends_what_the_old_one_opened(office: Office, browser: httpx.AsyncClient) -> None:
    who = account("changing", Role.WORKER)
    await office.sign_in(browser, who)
    elsewhere = await office.identity.sessions.open(who, who.grants[0])
    new = "雨天带伞，晴天也带"

    async def change(present: str, new: str, again: str) -> httpx.Response:
        return await browser.post("/password", data={"present": present, "new": new, "again": again})

    assert "现在的密码不对" in (await change("guess", new * 2, new * 2)).text
    assert "太短了" in (await change(PASSWORD, new, new)).text
    assert "太容易猜到" in (await change(PASSWORD, "I am Changing it", "I am Changing it")).text
    assert "两次填的不一样" in (await change(PASSWORD, new * 2, new)).text
    changed = await change(PASSWORD, new * 2, new * 2)

    assert (changed.status_code, changed.headers["location"]) == (303, "/more")
    assert "密码改好了" in (await browser.get("/more")).text
    assert await office.identity.sessions.find(elsewhere) is None
    assert await office.identity.accounts.verify("changing", PASSWORD) is None
    assert await office.identity.accounts.verify("changing", new * 2) is not None


async def test_demo_accounts_enter_by_a_button_and_others_do_not(office: Office, browser: httpx.AsyncClient) -> None:
    await office.identity.accounts.put(account("shown", Role.SECRETARY, demo=True))
    await office.identity.accounts.put(account("hidden", Role.SECRETARY))
    form = (await browser.get("/sign-in")).text
    assert 'value="shown"' in form
    assert 'value="hidden"' not in form
    assert (await browser.post("/sign-in/demo", data={"name": "hidden"})).status_code == 404
    assert (await browser.post("/sign-in/demo", data={"name": "shown"})).status_code == 303


async def test_outside_a_demonstration_the_button_does_not_exist(office: Office, browser: httpx.AsyncClient) -> None:
    shell = office.app.state.shell
    settings = shell.settings.model_copy(update={"demo": False})
    object.__setattr__(shell, "settings", settings)
    await office.identity.accounts.put(account("shown", Role.SECRETARY, demo=True))
    assert 'value="shown"' not in (await browser.get("/sign-in")).text
    assert (await browser.post("/sign-in/demo", data={"name": "shown"})).status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
        "x",
    ],
)
async def test_nobody_is_led_to_another_site(browser: httpx.AsyncClient, wish: str) -> None:
    assert local_path(wish) == "/"
    switched = await browser.get("/language/en", params={"next": wish})
    assert switched.headers["location"] == "/"


def test_a_limit_forgets_what_lies_outside_its_window() -> None:
    now = 0.0
    limit = Limit(2, 10, keys_max=2, clock=lambda: now)
    limit.attempt("a")
    now = 9.0
    limit.attempt("a")
    with pytest.raises(TooMany) as refused:
        limit.attempt("a")
    assert refused.value.headers == {"Retry-After": "1"}
    now = 10.0
    limit.attempt("a")
    limit.attempt("b")
    limit.attempt("c")
    limit.attempt("a")  # the least recently used key was forgotten
