"""The words about service: kinds of post, days and hours, why somebody is proposed, refusals, lines of a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, Final

from events.facts.base import Fact, is_hidden
from events.facts.member_service import (
    PostDeclined,
    PostKept,
    PostKeptWithdrawn,
    PostLeft,
    PostOffered,
    PostTaken,
    ServiceHoursLogged,
    ServiceHoursWithdrawn,
    ServiceNotWished,
    ServiceWished,
    ServiceWishWithdrawn,
)
from events.facts.post import ServiceKind
from services.registry.decide.matching import Proposal, Reason
from services.registry.decide.talents_policy import Fit
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

KIND: Final = {
    ServiceKind.MEDIATION: N_("邻里调解"),
    ServiceKind.ENVIRONMENT: N_("环境整治"),
    ServiceKind.YOUTH: N_("关心下一代"),
    ServiceKind.ADVICE: N_("建言献策"),
    ServiceKind.PATROL: N_("治安巡逻"),
    ServiceKind.TEAM: N_("志愿服务队"),
    ServiceKind.OTHER: N_("其他服务"),
}
WEEKDAY: Final = {
    1: N_("周一"),
    2: N_("周二"),
    3: N_("周三"),
    4: N_("周四"),
    5: N_("周五"),
    6: N_("周六"),
    7: N_("周日"),
}
FIT: Final = {
    Fit.WISH: N_("本人愿做这类事"),
    Fit.SKILL: N_("有一样要的特长"),
    Fit.BRANCH: N_("是本支部的岗位"),
    Fit.BUILDING: N_("住在同一楼栋"),
    Fit.GRID: N_("在同一网格"),
    Fit.DAYS: N_("日子和钟点合适"),
    Fit.HOURS: N_("时间够"),
    Fit.BUSY: N_("别处每周每答应一小时扣"),
}
BY: Final = {"member": N_("按党员"), "post": N_("按岗位"), "branch": N_("按支部")}


def kind_word(kind: str) -> str:
    """What a kind of post is called."""
    return _(KIND[ServiceKind(kind)])


def hours(minutes: int | None) -> str:
    """`2 小时`, `1.5 小时`; below an hour and what is no half hour, in minutes too."""
    whole, rest = divmod(minutes or 0, 60)
    if rest in (0, 30) and (whole or rest == 0):
        number = f"{whole + rest / 60:g}"
        return ngettext("%(hours)s 小时", "%(hours)s 小时", whole if not rest else 2, hours=number)
    if not whole:
        return ngettext("%(num)s 分钟", "%(num)s 分钟", rest)
    return _("%(hours)s 小时 %(minutes)s 分", hours=whole, minutes=rest)


def days_words(weekdays: Iterable[int]) -> str:
    """`周二、周四`; "" for any day."""
    return _("、").join(_(WEEKDAY[each]) for each in weekdays)


def _clock(given: time | str | None) -> str:
    return f"{given:%H:%M}" if isinstance(given, time) else (given or "")


def times_words(first: time | str | None, last: time | str | None) -> str:
    """`9:00–11:00`, or the one end that is known."""
    if first and last:
        return f"{_clock(first)}–{_clock(last)}"
    if first:
        return _("%(time)s起", time=_clock(first))
    return _("到%(time)s", time=_clock(last)) if last else ""


def when_words(row: Mapping[str, Any]) -> str:
    """When a post is served: days, hours of the day, how much a week."""
    week = row["minutes_week"]
    total = _("每周 %(hours)s", hours=hours(week)) if week else ""
    return _span(days_words(row["weekdays"]), times_words(row["begins"], row["ends"]), total)


def _span(days: str, times: str, total: str) -> str:
    return " · ".join(part for part in (f"{days} {times}".strip(), total) if part)


def can_words(row: Mapping[str, Any]) -> str:
    """When somebody can serve, and how much; "" if they did not say."""
    most = row["minutes_week_max"]
    total = _("每周最多 %(hours)s", hours=hours(most)) if most else ""
    return _span(days_words(row["weekdays"] or ()), times_words(row["not_before"], row["not_after"]), total)


def because(proposal: Proposal) -> str:
    """Why somebody is proposed, as a person says it, what speaks for it first."""
    told = sorted(proposal.reasons, key=lambda reason: not reason.fits)
    return _("；").join(_reason(reason) for reason in told)


def _reason(reason: Reason) -> str:
    details = reason.details
    match reason.fit:
        case Fit.SKILL:
            return _("特长：%(skills)s", skills=_("、").join(details["skills"]))
        case Fit.DAYS if reason.fits:
            return _("%(days)s有空", days=days_words(details["weekdays"]))
        case Fit.DAYS if "weekdays" in details:
            return _("只有%(days)s有空，请商量", days=days_words(details["weekdays"]))
        case Fit.DAYS:
            span = times_words(details["not_before"], details["not_after"])
            return _("只有%(span)s有空，请商量", span=span)
        case Fit.HOURS if not reason.fits:
            return _("每周最多 %(hours)s，不够，请商量", hours=hours(details["minutes_week_max"]))
        case Fit.BUSY:
            return _("别处每周已有 %(hours)s", hours=hours(details["promised"]))
        case fit:
            return _(FIT[fit])


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def _of(details: Mapping[str, Any], sentence: str) -> str:
    """The sentence, with whom it is about before it where several were written down together."""
    return _("%(who)s：%(sentence)s", who=details["who"], sentence=sentence) if details.get("who") else sentence


POST_SENTENCES: Final[Sentences] = {
    "no_post": lambda d: _("没有这个岗位，或者已经撤了。"),
    "more_serve": lambda d: _(
        "现在有 %(serving)s 人在岗，不能少于这个数。请先记下谁不再做了。", serving=d.get("serving")
    ),
    "served_meanwhile": lambda d: _("这期间又有人上岗。请看一遍名单，再撤一次。"),
    "before_post": lambda d: _("这个岗位从%(on)s才设立，不能写得更早。", on=_on(d.get("opened_on"))),
    "served_then": lambda d: _("到%(until)s为止已经在这个岗位上，请从那以后写起。", until=_on(d.get("until"))),
    "post_full": lambda d: _(
        "%(places)s 个名额都满了。请先记下谁不再做了，或者在“修改”里增加名额。", places=d.get("places")
    ),
    "before_taking": lambda d: _("从%(since)s才上岗，离岗不能更早。", since=_on(d.get("since"))),
    "hours_after": lambda d: _("%(day)s还记着服务时长，离岗不能更早。记错的时长请先撤销。", day=_on(d.get("day"))),
    "until_passed": lambda d: _("%(until)s已经过了，请写今天以后的日子。", until=_on(d.get("until"))),
    "serves_already": lambda d: _("这位党员已经在这个岗位上。"),
    "not_serving_then": lambda d: _of(
        d, _("%(day)s那天不在这个岗位上，不能记时长。请核对日期。", day=_on(d.get("day")))
    ),
    "day_too_long": lambda d: _of(
        d, _("%(day)s已经记了 %(hours)s，加起来超过 24 小时。", day=_on(d.get("day")), hours=hours(d.get("minutes")))
    ),
    "not_in_post": lambda d: _("这位党员不在这个岗位上。"),
    "nothing_doubtful": lambda d: _("这位党员没有登记外出，不用定是否留岗。"),
    "no_entry": lambda d: _("没有这条时长记录。"),
}
"""Refusal code -> the sentence a person reads."""


def told_of_service(fact: Fact, posts: Mapping[str, str]) -> tuple[str, str] | None:
    """The line of a member's fact about service and its tone; None for any other."""
    match fact:
        case ServiceWished():
            kinds = _("、").join(_(KIND[kind]) for kind in fact.kinds)
            return _("愿意发挥余热：%(kinds)s", kinds=kinds), ""
        case ServiceNotWished():
            until = _("，到%(day)s", day=day(fact.until, year=True)) if fact.until else ""
            return _("眼下不想被安排服务") + until, ""
        case ServiceWishWithdrawn():
            return _("撤回发挥余热的意愿"), ""
        case ServiceHoursLogged():
            what = "" if is_hidden(fact.what) else fact.what
            return _(
                "%(post)s服务 %(hours)s：%(what)s", post=_post(fact, posts), hours=hours(fact.minutes), what=what
            ), "done"
        case ServiceHoursWithdrawn():
            return _("撤销一条服务时长"), "late"
        case PostOffered():
            return _("问过愿不愿做%(post)s，还在考虑", post=_post(fact, posts)), ""
        case PostDeclined():
            return _("不愿做%(post)s", post=_post(fact, posts)), ""
        case PostTaken():
            return _("上岗：%(post)s", post=_post(fact, posts)), "done"
        case PostKept():
            return _("在外，仍留岗：%(post)s", post=_post(fact, posts)), ""
        case PostKeptWithdrawn():
            return _("撤销留岗的决定：%(post)s", post=_post(fact, posts)), ""
        case PostLeft():
            return _("离岗：%(post)s", post=_post(fact, posts)), ""
        case _:
            return None


def _post(
    fact: PostOffered | PostDeclined | PostTaken | PostKept | PostKeptWithdrawn | PostLeft | ServiceHoursLogged,
    posts: Mapping[str, str],
) -> str:
    return posts.get(fact.post_id) or _("某个岗位")
