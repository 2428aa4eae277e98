"""What went wrong is said to programs and to people, in their language, with what to do."""

from __future__ import annotations

import httpx
import pytest
from nats.errors import Error
from nats.js import JetStreamContext

from services.shell.identity import Role
from services.shell.identity.accounts import Accounts
from services.shell.problems import KINDS, Problem, Unavailable
from services.shell.validation import field_name
from tests.shell.office import Office, account

JSON = {"accept": "application/json"}
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/sample/rows", 401, "unauthenticated"),
        ("/sample/nothing", 404, "not-found"),
        ("/nothing", 404, "not-found"),
        ("/sign-out", 405, "method-not-allowed"),
        ("/sample/api/refused", 409, "refused"),
        ("/sample/busy", 429, "too-many"),
        ("/sample/broken", 500, "unexpected"),
    ],
)
async def test_programs_get_a_problem_document(browser: httpx.AsyncClient, path: str, status: int, slug: str) -> None:
    answer = await browser.get(path, headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    told = answer.json()
    assert (told["type"], told["status"], told["instance"]) == (f"/problems/{slug}", status, path)
    assert told["title"]
    assert told["detail"]
    assert told["todo"]
    assert "secret" not in answer.text


async def test_a_refusal_names_its_reason(browser: httpx.AsyncClient) -> None:
    # an API answers with a document even when a browser asks
    told = (await browser.get("/sample/api/refused")).json()
    assert (told["reason"], told["detail"], told["since"]) == ("already_away", "已经在外。", "2026-03-12")


async def test_too_many_says_when_to_come_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/sample/busy", headers=JSON)
    assert (answer.headers["retry-after"], answer.json()["retry_after"]) == ("7", 7)


async def test_people_get_a_page_that_says_what_to_do(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    lost = await browser.get("/sample/nothing")
    assert lost.status_code == 404
    assert "没有找到" in lost.text
    assert "从首页重新查找" in lost.text
    assert "名册" in lost.text, "somebody who is signed in keeps the navigation"
    broken = await browser.get("/sample/broken")
    assert broken.status_code == 500
    assert "编号" in broken.text
    assert "secret" not in broken.text


async def test_people_in_the_wrong_post_are_told_whose_page_it_is(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("ops", Role.OPERATOR))
    answer = await browser.get("/sample/rows")
    assert answer.status_code == 403
    assert "这一页是给书记的，您现在的岗位是运维人员。" in answer.text


async def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(browser: httpx.AsyncClient) -> None:
    sent = await browser.post("/sample/rows", headers={"referer": "http://box/sample/rows?q=1"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/sample/rows%3Fq%3D1")
    elsewhere = await browser.post("/sample/rows", headers={"referer": "http://evil.example/x"})
    assert elsewhere.headers["location"] == "/sign-in?next=/"


async def test_invalid_fields_are_named_with_what_to_enter(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    answer = await browser.post("/sample/api/wishes", json={"count": 0, "note": "太长的话"}, headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json()["errors"] == [
        {"field": "count", "message": "太小了", "todo": "请填不小于 1 的值。"},
        {"field": "note", "message": "太长了", "todo": "最多 3 个字。"},
    ]
    english = await browser.post("/sample/api/wishes", json={}, headers={**JSON, "accept-language": "en-GB,en;q=0.8"})
    assert english.json()["errors"] == [{"field": "count", "message": "Not filled in", "todo": "Please fill this in."}]
    broken = await browser.post("/sample/api/wishes", content="{", headers={**JSON, "content-type": "application/json"})
    assert broken.json()["errors"][0]["message"] == "不是有效的 JSON"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_problem_type_leads_to_its_explanation(browser: httpx.AsyncClient, kind: type[Problem]) -> None:
    answer = await browser.get(f"/problems/{kind.slug}")
    assert answer.status_code == 200


def test_a_field_is_named_as_the_sender_named_it() -> None:
    assert field_name(("body", "family", 0, "phone")) == "family[0].phone"
    assert field_name(("query", "page_size")) == "page_size"
    assert field_name(("body",)) == "body"


async def test_a_broker_that_is_gone_is_503_and_not_signed_out(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("wang", Role.SECRETARY))

    def gone() -> JetStreamContext:
        raise Error

    office.identity.sessions._bucket._jetstream = gone
    office.identity.sessions._bucket._opened = None
    office.identity.sessions._seen.clear()
    answer = await browser.get("/sample/api/me", headers=JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await browser.get("/sample/rows")).status_code == 503
    with pytest.raises(Unavailable):
        await Accounts(gone).get("wang")
