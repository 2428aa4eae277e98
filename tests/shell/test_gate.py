"""Who may pass: roles, scopes, tokens, and requests that another site made a browser send."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from fastapi import APIRouter, Depends, FastAPI

from services.shell.identity import Caller, Role, public, requires, unguarded
from services.shell.identity.tokens import box_key, derived, mint_token, verify_token
from tests.shell.office import Office, account

KEY = bytes(range(32))
JSON = {"accept": "application/json"}


def test_a_route_without_a_gate_is_found() -> None:
    inner, outer = APIRouter(), APIRouter(prefix="/p")

    @inner.get("/open")
    def opened() -> None: ...

    @inner.get("/asked", dependencies=[Depends(requires(Role.AUDITOR))])
    def asked() -> None: ...

    @inner.post("/told", dependencies=[Depends(public("says why"))])
    def told() -> None: ...

    outer.include_router(inner)
    app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.include_router(outer)
    assert unguarded(app) == ["GET /p/open"]
    guarded = FastAPI(openapi_url=None, dependencies=[Depends(requires())])
    guarded.include_router(outer)
    assert unguarded(guarded) == []


async def test_every_route_of_the_shell_has_a_gate(office: Office) -> None:
    assert unguarded(office.app) == []
    assert unguarded(office.service) == []


@pytest.mark.parametrize(
    ("scope", "community", "covered"),
    [
        ("", "demo.jinqiao", True),
        ("demo", "demo.jinqiao", True),
        ("demo.jinqiao", "demo.jinqiao", True),
        ("demo.jinqiao", "demo.jinqiao2", False),
        ("demo.jinqiao", "demo", False),
        ("demo.jinqiao", "demo.jinqiao.third", True),
    ],
)
def test_a_scope_covers_what_lies_below_it(scope: str, community: str, covered: bool) -> None:
    assert Caller("a", "甲", Role.WORKER, scope).covers(community) is covered


def test_a_community_is_called_by_name_where_it_is_known() -> None:
    caller = Caller("a", "甲", Role.WORKER, "demo.jinqiao", "金桥社区")
    assert [caller.called(one) for one in ("demo.jinqiao", "demo.shiquan")] == ["金桥社区", "demo.shiquan"]
    assert Caller("a", "甲", Role.WORKER, "demo.jinqiao").called("demo.jinqiao") == "demo.jinqiao"


async def test_a_token_is_a_role_over_a_scope(office: Office, browser: httpx.AsyncClient, tmp_path: Path) -> None:
    key = box_key(tmp_path / "keys" / "box.key")
    token = mint_token(key, name="cli", role=Role.AUDITOR, scope="demo", ttl_seconds=60, now=datetime.now(UTC))
    answer = await browser.get("/sample/api/me", headers={"authorization": f"Bearer {token}"})
    assert answer.json() == {"name": "cli", "role": "auditor", "scope": "demo"}
    refused = await browser.get("/sample/rows", headers={"authorization": f"Bearer {token}", **JSON})
    assert refused.status_code == 403
    assert "审计员" in refused.json()["detail"]


async def test_a_bad_token_is_not_rescued_by_a_good_cookie(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    answer = await browser.get("/sample/api/me", headers={"authorization": "Bearer x.y.z"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_forged_expired_and_foreign_tokens_name_nobody() -> None:
    now = datetime.now(UTC)

    def token(key: bytes = KEY, now: datetime = now) -> str:
        return mint_token(key, name="a", role=Role.WORKER, scope="", ttl_seconds=60, now=now)

    good = verify_token(KEY, token())
    assert good == Caller("a", "a", Role.WORKER, "")
    assert verify_token(KEY, token(key=bytes(32))) is None
    assert verify_token(KEY, token(now=now - timedelta(seconds=61))) is None
    claims = {"iss": "hearth", "sub": "a", "role": "worker", "scope": "", "iat": now, "exp": now + timedelta(seconds=9)}
    right = derived(KEY, "token")
    assert verify_token(KEY, jwt.encode(claims, right)) is not None
    assert verify_token(KEY, jwt.encode(claims, derived(KEY, "flash"))) is None
    assert verify_token(KEY, jwt.encode({**claims, "role": "king"}, right)) is None
    assert verify_token(KEY, jwt.encode({**claims, "scope": None}, right)) is None
    assert verify_token(KEY, jwt.encode({**claims, "iss": "elsewhere"}, right)) is None
    assert verify_token(KEY, jwt.encode({name: claims[name] for name in claims if name != "exp"}, right)) is None
    assert verify_token(KEY, jwt.encode(claims, "", algorithm="none")) is None


def test_the_box_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "box.key"
    key = box_key(path)
    assert (len(key), box_key(path)) == (32, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["box.key"]
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="restore it from the backup"):
        box_key(path)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://box"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://box"}, 403),
        ({}, 303),
    ],
)
async def test_what_another_site_sends_is_not_carried_out(
    office: Office, browser: httpx.AsyncClient, sent: dict[str, str], status: int
) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    assert (await browser.post("/sample/rows", headers=sent)).status_code == status


async def test_every_answer_carries_the_headers_of_a_careful_site(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    for path in ("/", "/sample/rows", "/sample/api/me", "/nothing", "/sample/broken"):
        headers = (await browser.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'self'"), path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_pages_have_neither_inline_scripts_nor_inline_styles(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    for path in ("/", "/design", "/more", "/sign-in"):
        text = (await browser.get(path)).text
        assert " style=" not in text, path
        assert all(tag.startswith('<script src="/static/') for tag in re.findall(r"<script[^>]*>", text)), path
        assert not re.search(r"<script[^>]*>[^<]", text), path
        assert "<style" not in text
