"""What notify's rules look like, and what they are called on the page of rules."""

from __future__ import annotations

from typing import Final

from events.facts.notice import RecipientKind
from services.notify.decide.policy import NotifyPolicy
from services.notify.pages.words import CHANNEL
from services.shell.i18n import N_
from services.shell.policy import Schema, units
from services.shell.policy.words import RuleWords, Worded

SCHEMA: Final = Schema("notify", NotifyPolicy, closed=frozenset({"messages"}))

RECIPIENT: Final = {
    RecipientKind.MEMBER: N_("本人"),
    RecipientKind.BRANCH: N_("支部"),
    RecipientKind.WORKER: N_("常去走访的人"),
}
MESSAGE: Final = {
    "moved_away.branch": N_("外出，告知支部"),
    "moved_away.member": N_("外出，告知本人"),
    "away_day.branch": N_("外出日期更正，告知支部"),
    "returned.member": N_("返回，问候本人"),
    "dues_paid.member": N_("收到党费，给收据"),
    "invited.member": N_("通知开会"),
    "certification.member": N_("养老认证，提醒本人"),
    "fell_ill.branch": N_("患病，告知支部"),
    "fell_ill.visitor": N_("患病，告知走访的人"),
}

WORDS: Final = RuleWords(
    titles={
        "": N_("措辞"),
        "quiet": N_("安静时段"),
        "mourning": N_("家中有丧事"),
        "messages": N_("消息"),
        "messages.*": MESSAGE,
    },
    values={
        "unknown": Worded(N_("不知道的写成"), units.as_written),
        "quiet.hours": Worded(N_("不打电话、不上门"), units.spans),
        "messages.*.recipient": Worded(N_("告诉谁"), units.one_of(RECIPIENT)),
        "messages.*.channels": Worded(N_("用什么办法"), units.some_of(CHANNEL)),
        "messages.*.mourning_days": Worded(N_("家中有丧事，几天内不发"), units.days),
        "messages.*.text": Worded(N_("说什么"), units.as_written),
    },
)
