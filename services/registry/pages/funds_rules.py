"""What the rules about activity money are called on the page of rules."""

from __future__ import annotations

from typing import Final

from services.shell.formats import yuan
from services.shell.i18n import N_
from services.shell.policy import units
from services.shell.policy.words import Worded

FUNDS_TITLES: Final = {
    "funds": N_("活动经费"),
    "funds.per_head": N_("按人数核定"),
    "funds.spending": N_("支出"),
    "funds.spending.purposes": N_("可以用于"),
    "funds.approval": N_("审批"),
    "funds.carry_over": N_("结转下一年"),
    "funds.overspend": N_("超支"),
}
FUNDS_VALUES: Final = {
    "funds.per_head.fen": Worded(N_("每人每年"), yuan),
    "funds.spending.of_activity": Worded(N_("要写明哪次活动的用途（代号）"), units.texts),
    "funds.spending.of_meeting": Worded(N_("要写明哪次会议的用途（代号）"), units.texts),
    "funds.spending.purposes.*": Worded(N_("用途"), units.as_written),
    "funds.approval.above_fen": Worded(N_("单笔超过这个数要另一人审批"), yuan),
    "funds.carry_over.permille": Worded(N_("结余可以结转的"), units.permille),
    "funds.overspend.max_fen": Worded(N_("最多可以超支"), yuan),
}
