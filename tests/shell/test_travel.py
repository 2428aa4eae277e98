"""Pages of the past: links carry the times along where the page has a past, and nothing acts."""

from __future__ import annotations

from services.shell.pages.travel import Travel

TRAVEL = Travel(
    "/registry/members/m1", {"from": "/registry/members?q=wang"}, "2026-05-01", "2026-05-02T09:30+08:00",
    told="then", goes=lambda path: path.startswith("/registry/members"),
)  # fmt: skip
TIMES = "as_of=2026-05-01&amp;known_at=2026-05-02T09%3A30%2B08%3A00"


def main(inside: str) -> str:
    page = TRAVEL.carried(f'<nav><a href="/registry/members">n</a></nav><main id="main" tabindex="-1">{inside}</main>')
    assert page.startswith('<nav><a href="/registry/members">n</a></nav>'), "the navigation leads to now"
    return page.partition('tabindex="-1">')[2].removesuffix("</main>")


def test_links_stay_in_that_time_where_there_is_one() -> None:
    assert (
        main('<a class="x" href="/registry/members/m2">b</a>')
        == f'<a class="x" href="/registry/members/m2?{TIMES}">b</a>'
    )
    assert main('<a href="/registry/members?q=a&amp;page=2#m-1">b</a>') == (
        f'<a href="/registry/members?{TIMES}&amp;q=a&amp;page=2#m-1">b</a>'
    )
    for kept in ("/care/members/m1", "#top", "https://example.org/registry/members"):
        assert main(f'<a href="{kept}">b</a>') == f'<a href="{kept}">b</a>'
    assert "as_of=2026-01-01&" in main('<a href="/registry/members?as_of=2026-01-01">b</a>')
    assert main('<a href="/registry/members/m1" data-now>b</a>') == '<a href="/registry/members/m1" data-now>b</a>'


def test_forms_that_ask_go_along_and_those_that_act_are_gone() -> None:
    asked = main('<form class="search" action="/registry/members"><input name="q"></form>')
    assert asked.count('type="hidden"') == 2
    assert main('<form class="search" action="/care/members"><input name="q"></form>').count("hidden") == 0
    assert main('a<form class="deed" method="post" action="/x"><button>x</button></form>b') == "ab"
    assert main('a<details><summary>记错了</summary>\n<form method="post" action="/x">x</form></details>b') == "ab"
    both = '<details><summary>s</summary><p>kept</p></details><form method="post" action="/x">x</form>'
    assert main(both) == "<details><summary>s</summary><p>kept</p></details>"


def test_the_way_back_leads_to_the_same_page_of_now() -> None:
    assert TRAVEL.now == "/registry/members/m1?from=%2Fregistry%2Fmembers%3Fq%3Dwang"
    assert Travel("/registry/members/m1").now == "/registry/members/m1"
