"""How pages write days, ages, money and masked numbers. Every function is also a template filter of the same name."""

from collections.abc import Callable
from datetime import date, datetime

from borax.calendars.lunardate import LunarDate  # type: ignore[import-untyped]  # borax ships no types

from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech

_WEEKDAYS = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local_day(moment: date | datetime) -> date:
    """The calendar day in the zone of the pages; a plain date is that day already."""
    return moment.astimezone(speech().zone).date() if isinstance(moment, datetime) else moment


def day(moment: date | datetime | None, *, year: bool | None = None) -> str:
    """`11月21日`, with the year when it is another than this one (or as `year` says)."""
    if moment is None:
        return "—"
    on = local_day(moment)
    with_year = on.year != speech().today.year if year is None else year
    if speech().language == "en":
        return f"{on.day} {_MONTHS_EN[on.month - 1]}" + (f" {on.year}" if with_year else "")
    return (f"{on.year}年" if with_year else "") + f"{on.month}月{on.day}日"


def weekday(moment: date | datetime) -> str:
    """`11月21日 星期六`."""
    on = local_day(moment)
    if speech().language == "en":
        return f"{_DAYS_EN[on.weekday()]} {day(on)}"
    return f"{day(on)} 星期{_WEEKDAYS[on.weekday()]}"


def moment(at: datetime | None) -> str:
    """`今天 09:12`, `昨天 18:40`, `9月30日 14:05`."""
    if at is None:
        return "—"
    local = at.astimezone(speech().zone)
    days = (speech().today - local.date()).days
    name = _("今天") if days == 0 else _("昨天") if days == 1 else day(local)
    return f"{name} {local:%H:%M}"


def lunar(on: date) -> str:
    """`十月十三`: the day in the traditional calendar (1900–2100; outside it, nothing)."""
    try:
        known = LunarDate.from_solar_date(on.year, on.month, on.day)
    except ValueError:
        return ""
    if speech().language == "en":
        return f"{'leap ' if known.leap else ''}month {known.month}, day {known.day}"
    return str(known.strftime("%L%M月%D"))


def due(on: date | datetime) -> str:
    """What a deadline says today: `逾期 2 天`, `今天到期`, `还剩 3 天`."""
    days = (local_day(on) - speech().today).days
    if days < 0:
        return ngettext("逾期 %(num)s 天", "逾期 %(num)s 天", -days)
    return _("今天到期") if days == 0 else ngettext("还剩 %(num)s 天", "还剩 %(num)s 天", days)


def due_tone(on: date | datetime, soon_days: int = 7) -> str:
    """The chip tone that goes with `due`: late, soon, or plain."""
    days = (local_day(on) - speech().today).days
    return "late" if days < 0 else "soon" if days <= soon_days else ""


def ago(on: date | datetime) -> str:
    """`今天`, `昨天`, `61 天前`; days to come are said as days."""
    days = (speech().today - local_day(on)).days
    if days < 0:
        return day(on)
    if days < 2:
        return _("昨天") if days else _("今天")
    return ngettext("%(num)s 天前", "%(num)s 天前", days)


def years_since(birth: date, on: date | None = None) -> int:
    """Completed years on that day (today if not said)."""
    at = on or speech().today
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def age(birth: date | None) -> str:
    """`86 岁`; unknown stays a dash."""
    return "—" if birth is None else _("%(years)s 岁", years=years_since(birth))


def yuan(amount_fen: int | None) -> str:
    """`17.10 元` from integer fen; exact, with thousands set apart."""
    if amount_fen is None:
        return "—"
    whole, rest = divmod(abs(amount_fen), 100)
    return _("%(amount)s 元", amount=f"{'-' if amount_fen < 0 else ''}{whole:,}.{rest:02d}")


def mask_id(number: str | None) -> str:
    """`3101** **** **** 4X21`: region and tail stay, birth and sequence do not."""
    if not number:
        return "—"
    if len(number) < 12:
        return "*" * len(number)
    return f"{number[:4]}** **** **** {number[-4:].upper()}"


def mask_phone(number: str | None) -> str:
    """`139 **** 8862` for mobiles; of a shorter number only the head (`6271 ****`); extensions are hidden."""
    if not number:
        return "—"
    digits = "".join(mark for mark in number if mark.isdigit())
    if len(digits) >= 11:
        digits = digits[-11:]
        return f"{digits[:3]} **** {digits[-4:]}"
    return f"{digits[:4]} ****" if len(digits) > 6 else "*" * len(digits)


def percent(part: float) -> str:
    """`92 %` of a share between 0 and 1."""
    return f"{round(part * 100)} %"


FILTERS: dict[str, Callable[..., object]] = {
    "day": day,
    "weekday": weekday,
    "moment": moment,
    "lunar": lunar,
    "due": due,
    "due_tone": due_tone,
    "ago": ago,
    "age": age,
    "years_since": years_since,
    "yuan": yuan,
    "mask_id": mask_id,
    "mask_phone": mask_phone,
    "percent": percent,
}
