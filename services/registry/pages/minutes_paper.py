"""The minutes in words: what the sheet is filled with, and what the page says of corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.registry.pages.minutes_words import VOTE, result
from services.registry.pages.words import MEETING, word
from services.shell.formats import day
from services.shell.i18n import gettext as _
from services.shell.i18n import speech


def people_in(written: Mapping[str, Any]) -> list[str]:
    """Everybody the minutes and their corrections name, by id."""
    found = {*written["present"], *written["excused"], *((written["quorum"] or {}).get("excluded") or ())}
    for one in written["corrections"]:
        found |= {*one["came"], *one["did_not_come"]}
    return sorted(found)


def called(ids: Sequence[str], names: Mapping[str, str]) -> str:
    """These people in one line, in the order of the names."""
    order = list(names)
    return "、".join(names[one] for one in sorted(ids, key=order.index))


def correction(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """One correction as a line."""
    parts = [one["text"]] if one["text"] else []
    if one["came"]:
        parts.append(_("补记到会：%(names)s", names=called(one["came"], names)))
    if one["did_not_come"]:
        parts.append(_("更正：%(names)s没有到会", names=called(one["did_not_come"], names)))
    return {"on": date.fromisoformat(one["on"]), "by": one["by"], "text": "；".join(parts) or _("（内容已不可读）")}


def _whose(row: Mapping[str, Any]) -> str:
    """The branch, and the group of it whose meeting it was."""
    if not row["branch"]:
        return _("全社区")
    return f"{row['branch']} · {row['group'] or _('党小组')}" if row["group_id"] else str(row["branch"])


def given(
    row: Mapping[str, Any],
    written: Mapping[str, Any],
    names: Mapping[str, str],
    left_out: Sequence[Mapping[str, Any]],
    actors: Mapping[str, str],
    clauses: Mapping[str, str],
) -> dict[str, Any]:
    """What the sheet is filled with: words only."""
    starts = row["starts_at"].astimezone(speech().zone)
    counted = [one for one in written["motions"] if one["counts"]]
    cited = {one["counts"]["clause"] for one in counted} | (
        {written["quorum"]["clause"]} if written["quorum"] else set()
    )
    return {
        "title": row["title"],
        "facts": [
            (_("会议"), word(MEETING, row["kind"])),
            (_("支部"), _whose(row)),
            (_("时间"), f"{day(row['starts_at'], year=True)} {starts:%H:%M}"),
            (_("地点"), row["place"] or "—"),
        ],
        "quorum": _quorum(written["quorum"], names, left_out),
        "motions": [_motion(one) for one in written["motions"]],
        "text": written["text"] or _("（内容已不可读）"),
        "came": called(written["present"], names) or "—",
        "excused": called(written["excused"], names),
        "corrections": [
            {"when": f"{day(line['on'], year=True)} · {actors[line['by']]}", "text": line["text"]}
            for line in (correction(one, names) for one in written["corrections"])
        ],
        "frozen": _(
            "%(on)s由%(by)s定稿；定稿以后的改动都在“更正”里。",
            on=day(written["frozen_on"], year=True),
            by=actors[written["frozen_by"]],
        ),
        "clauses": [f"{clause} {clauses[clause]}" for clause in sorted(cited) if clause in clauses],
        "words": {
            "quorum": _("到会人数"),
            "motions": _("表决"),
            "motion": _("事项"),
            "in_favour": _("赞成"),
            "against": _("反对"),
            "abstain": _("弃权"),
            "result": _("结果"),
            "text": _("记录"),
            "came": _("到会的人"),
            "excused": _("请假的人"),
            "corrections": _("更正"),
            "chair": _("主持人：　　　　　　　　"),
            "keeper": _("记录人：　　　　　　　　"),
        },
    }


def _quorum(
    number: Mapping[str, Any] | None, names: Mapping[str, str], left_out: Sequence[Mapping[str, Any]]
) -> str | None:
    if number is None:
        return None
    line = _(
        "应到（有表决权）%(voters)s 人，实到 %(present)s 人，需要 %(needed)s 人，%(reached)s（%(clause)s）。",
        voters=number["voters"],
        present=number["present"],
        needed=number["needed"],
        reached=_("达到") if number["reached"] else _("没有达到"),
        clause=number["clause"],
    )
    evidence = {one["member_id"]: one for one in left_out}
    for one in number["excluded"]:
        why = evidence.get(one)
        line += _(
            "%(name)s经批准不计入（%(by)s %(no)s）。",
            name=names[one],
            by=why["approved_by"] if why else "",
            no=why["approval_no"] if why else "",
        )
    return line


def _motion(one: Mapping[str, Any]) -> dict[str, Any]:
    counts = one["counts"]
    words = f"{one['words']}（{word(VOTE, one['kind'])}{'，' + _('无记名') if one['secret'] else ''}）"
    if not counts:
        never = dict.fromkeys(("in_favour", "against", "abstain"), "—")
        return {"number": str(one["motion"]), "words": words, "result": _("没有表决"), **never}
    needed = _("需要 %(needed)s 票 %(clause)s", needed=counts["needed"], clause=counts["clause"])
    plain = {name: str(counts[name]) for name in ("in_favour", "against", "abstain")}
    return {"number": str(one["motion"]), "words": words, "result": f"{result(one)}，{needed}", **plain}
