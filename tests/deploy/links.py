"""Follow the links of the pages: a page may only offer what opens for whoever looks at it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

_VARIES: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|=[^&]*")
"""What tells two addresses of the same kind of page apart."""
_LEAVES: Final = ("/sign-out", "/language/")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.found += [link for link in (told.get("href"), told.get("src")) if link and tag != "base"]


def followed(client: httpx.Client, start: str = "/") -> dict[str, int]:
    """The status of one page of every kind that can be reached from here by links, by address."""
    waiting, kinds = [start], set[str]()
    answered: dict[str, int] = {}
    while waiting:
        address = waiting.pop(0)
        kind = _VARIES.sub("*", address)
        if kind in kinds or address.startswith(_LEAVES):
            continue
        kinds.add(kind)
        answer = client.get(address, follow_redirects=True, headers={"accept": "text/html"})
        answered[address] = answer.status_code
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += _links_of(answer.text, address)
    return answered


def _links_of(page: str, address: str) -> list[str]:
    links = _Links()
    links.feed(page)
    here = [urlsplit(urljoin(address, link)) for link in links.found]
    return [one._replace(fragment="").geturl() for one in here if not one.scheme and not one.netloc]
