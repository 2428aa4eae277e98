"""Addresses that a request may lead a browser to: those of this box, never another site's."""

from urllib.parse import urlsplit


def local_path(wish: str | None, default: str = "/") -> str:
    r"""`wish` if it is an absolute path of this origin, otherwise `default`.

    Refuses `//evil`, `/\evil`, schemes, hosts, and control characters, which browsers strip or read as slashes.
    """
    if not wish or not wish.startswith("/") or wish.startswith("//") or "\\" in wish:
        return default
    if any(ord(mark) < 0x20 or ord(mark) == 0x7F for mark in wish):
        return default
    parts = urlsplit(wish)
    return default if parts.scheme or parts.netloc else wish
