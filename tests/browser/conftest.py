"""A real browser for tests of pages: Chromium without a window, or a skip that says how to get one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = 1280, 390


class Chromium:
    """Opens pages of a width, by day or by night."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextmanager
    def page(
        self, width: int = DESK, *, dark: bool = False, scripts: bool = True, errors: Sequence[str] = ()
    ) -> Iterator[Page]:
        """A page with cookies of its own. An error in its console fails the test, unless it is of the `errors`."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 860},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        seen: list[str] = []
        page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: seen.append(str(error)))
        try:
            yield page
        finally:
            context.close()
        assert [one for one in seen if not any(part in one for part in errors)] == []


def overflow(page: Page) -> list[str]:
    """What stands out at the right of the window, by tag and class; empty when nothing scrolls sideways."""
    found: list[str] = page.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return [];
            return [...document.body.querySelectorAll('*')]
                .filter(part => part.getBoundingClientRect().right > wide + 1)
                .map(part => `${part.tagName}.${part.className}`);
        }"""
    )
    return found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    """Chromium of this machine, for the tests of this directory, all of which are synchronous.

    Not longer: Playwright keeps a running loop in this thread, beside which no asynchronous test could run.
    """
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield Chromium(browser)
        browser.close()
