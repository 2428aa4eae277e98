"""A visitor's visits as a calendar (RFC 5545): a day each: the one it is set for, or is best done by.

The calendar lies with whoever keeps the visitor's calendar, so it says as little as finds the door: the family name,
the building, no reason, no phone; the rest stands behind signing in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event

from events.facts.care import VisitWay
from services.care.pages import words
from services.shell.formats import day
from services.shell.i18n import gettext as _

REFRESH: Final = timedelta(hours=1)


def calendar_of(rows: Iterable[Mapping[str, Any]], name: str, origin: str, now: datetime) -> bytes:
    """The bytes of the calendar; `origin` is where the pages are."""
    calendar = Calendar()
    calendar.add("prodid", "-//Hearth//visits//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for row in rows:
        calendar.add_component(_event(row, origin, now))
    return bytes(calendar.to_ical())


def _event(row: Mapping[str, Any], origin: str, now: datetime) -> Event:
    who = _("%(name)s同志", name=row["name"][:1]) if row["name"] else _("一位同志")
    link = f"{origin}/care/visits/{row['visit_id']}"
    span = _("%(start)s到%(end)s之间都可以。", start=day(row["start_on"]), end=day(row["end_on"]))
    on = row["set_for"] or row["due_on"]
    event = Event()
    event.add("uid", f"{row['visit_id']}@hearth")
    event.add("dtstamp", now)
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", f"{words.word(words.WAY, row['way'])} · {who}")
    if row["way"] == VisitWay.HOME and row["building"]:
        event.add("location", row["building"])
    event.add("description", f"{span}\n{link}")
    event.add("url", link)
    event.add("transp", "TRANSPARENT")
    return event
