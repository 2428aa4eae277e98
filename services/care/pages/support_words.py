"""The words of assistance, helpers, trainings and the course of an illness; and of what is refused about them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from events.facts.care_assistance import AssistanceKind, Evidence, PaidHow, Step, TakenBy
from events.facts.care_pairing import HelperKind, HelpKind, PairedFor, TrainingOutcome, WhyPairingEnded
from services.care.decide.assistance_state import Progress
from services.care.decide.course import ChangeKind, StepName
from services.care.decide.pairing_state import TrainingStage
from services.shell.acting import Sentences
from services.shell.formats import day, yuan
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

KIND: Final = {
    AssistanceKind.ILLNESS: N_("因病帮扶"),
    AssistanceKind.HARDSHIP: N_("困难帮扶"),
    AssistanceKind.BEREAVEMENT: N_("丧亲慰问金"),
    AssistanceKind.FESTIVAL: N_("节日慰问"),
}
PROGRESS: Final = {
    Progress.PROPOSED: N_("提示可帮扶"),
    Progress.REQUESTED: N_("待审批"),
    Progress.ENDORSED: N_("待第二人审批"),
    Progress.APPROVED: N_("待发放"),
    Progress.PAID: N_("待签收"),
    Progress.ACKNOWLEDGED: N_("已签收"),
    Progress.DECLINED: N_("未批准"),
    Progress.WITHDRAWN: N_("已撤回"),
}
TONE: Final = {
    Progress.PROPOSED: "care",
    Progress.REQUESTED: "soon",
    Progress.ENDORSED: "soon",
    Progress.APPROVED: "soon",
    Progress.PAID: "soon",
    Progress.ACKNOWLEDGED: "done",
}
EVIDENCE: Final = {
    Evidence.HOSPITAL: N_("出院小结或者诊断"),
    Evidence.BILL: N_("费用票据"),
    Evidence.RELIEF: N_("低保或者特困证"),
    Evidence.DEATH: N_("死亡证明"),
    Evidence.SEEN: N_("没有材料，上门看过"),
}
PAID_HOW: Final = {PaidHow.CASH: N_("现金"), PaidHow.TRANSFER: N_("转账"), PaidHow.GOODS: N_("实物")}
TAKEN_BY: Final = {TakenBy.SELF: N_("本人"), TakenBy.FAMILY: N_("家属"), TakenBy.OTHER: N_("代领人")}
STEP_BACK: Final = {
    Step.ENDORSEMENT: N_("撤销第一人审批"),
    Step.APPROVAL: N_("撤销批准"),
    Step.PAYMENT: N_("撤销这笔发放"),
    Step.ACKNOWLEDGEMENT: N_("撤销签收"),
    Step.REFUSAL: N_("重新考虑"),
    Step.WITHDRAWAL: N_("恢复申请"),
}
HELPER_KIND: Final = {HelperKind.ACCOUNT: N_("走访的人"), HelperKind.MEMBER: N_("党员")}
PAIRED_FOR: Final = {
    PairedFor.AWAY: N_("外出"),
    PairedFor.IN_NEED: N_("生活困难"),
    PairedFor.LAID_OFF: N_("下岗失业"),
    PairedFor.ALONE: N_("独居"),
}
HELP: Final = {
    HelpKind.CALL: N_("打电话"),
    HelpKind.VISIT: N_("上门"),
    HelpKind.ERRAND: N_("跑腿办事"),
    HelpKind.MONEY: N_("资助"),
    HelpKind.WORK: N_("介绍工作"),
    HelpKind.OTHER: N_("其他帮助"),
}
WHY_ENDED: Final = {
    WhyPairingEnded.NO_NEED: N_("不再需要"),
    WhyPairingEnded.MOVED: N_("搬走了"),
    WhyPairingEnded.HELPER_LEFT: N_("帮扶人不能再来"),
    WhyPairingEnded.WISHED: N_("有一方提出"),
    WhyPairingEnded.DIED: N_("人去世了"),
    WhyPairingEnded.MISTAKE: N_("登记错了"),
}
TRAINING: Final = {
    TrainingStage.REFERRED: N_("已推荐"),
    TrainingStage.ATTENDED: N_("在参加"),
    TrainingStage.ENDED: N_("有结果"),
    TrainingStage.WITHDRAWN: N_("已撤销"),
}
OUTCOME: Final = {
    TrainingOutcome.HIRED: N_("找到工作"),
    TrainingOutcome.SELF_EMPLOYED: N_("自己做起来了"),
    TrainingOutcome.CERTIFIED: N_("拿到证书，还在找"),
    TrainingOutcome.GAVE_UP: N_("中途没有再去"),
    TrainingOutcome.DID_NOT_GO: N_("没有去"),
}
STEP: Final = {
    StepName.FELL_ILL: N_("患病"),
    StepName.HOSPITAL: N_("住院"),
    StepName.VISIT: N_("看望"),
    StepName.DISCHARGED: N_("出院"),
    StepName.FOLLOW_UP: N_("出院后上门"),
    StepName.RECOVERED: N_("康复"),
}
CHANGE: Final = {
    ChangeKind.PLANNED: N_("排上看望"),
    ChangeKind.MOVED: N_("看望改了方式"),
    ChangeKind.CANCELLED: N_("看望不用了"),
    ChangeKind.PROPOSED: N_("提示可以帮扶"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


SENTENCES: Final[Sentences] = {
    "above_ceiling": lambda d: _(
        "超过了上限：按 %(clause)s，最多还可以 %(left)s。", clause=d.get("clause"), left=yuan(d.get("left_fen"))
    ),
    "no_assistance": lambda _d: _("没有这次帮扶。"),
    "not_proposed": lambda _d: _("这条提示已经有人处理过。"),
    "not_requested": lambda _d: _("这还只是提示，没有人提出申请。"),
    "decided_already": lambda _d: _("已经审批，不能再改申请。请先撤销审批。"),
    "approved_already": lambda d: _("已经在%(on)s批准。要改请先撤销批准。", on=_on(d.get("on"))),
    "assistance_closed": lambda _d: _("这次帮扶已经办结，不能再办这一步。"),
    "own_request": lambda _d: _("这份申请是您提出或者改过的，请另一个人审批。"),
    "above_asked": lambda d: _("批准的金额多于申请的 %(asked)s。", asked=yuan(d.get("asked_fen"))),
    "another_amount": lambda d: _(
        "第一人同意的是 %(amount)s。请按这个金额批准，或者不批准。", amount=yuan(d.get("endorsed_fen"))
    ),
    "before_request": lambda d: _("日期早于%(since)s，那时还没有走到这一步。", since=_on(d.get("since"))),
    "paid_already": lambda d: _("已经发放了 %(paid)s，请先撤销发放。", paid=yuan(d.get("paid_fen"))),
    "not_approved": lambda _d: _("还没有批准，不能发放和签收。"),
    "before_approval": lambda d: _("发放日期早于批准的%(since)s。", since=_on(d.get("since"))),
    "more_than_approved": lambda d: _("多于批准的金额：还没有发放的是 %(left)s。", left=yuan(d.get("outstanding_fen"))),
    "acknowledged_already": lambda d: _("已经在%(on)s签收。要改请先撤销签收。", on=_on(d.get("on"))),
    "not_paid": lambda d: _("还有 %(left)s 没有发放，发完再签收。", left=yuan(d.get("outstanding_fen"))),
    "before_payment": lambda d: _("签收日期早于发放的%(since)s。", since=_on(d.get("since"))),
    "no_pairing": lambda _d: _("没有这个结对。"),
    "own_helper": lambda _d: _("不能和自己结对。"),
    "paired_already": lambda d: _("两人从%(since)s起已经结对。", since=_on(d.get("since"))),
    "helper_full": lambda d: _(
        "按 %(clause)s，一名帮扶人最多结对 %(most)s 人，这位已经满了。", clause=d.get("clause"), most=d.get("most")
    ),
    "before_pairing": lambda d: _("日期早于结对的%(since)s。", since=_on(d.get("since"))),
    "pairing_ended": lambda d: _("这个结对已于%(on)s结束。", on=_on(d.get("on"))),
    "no_referral": lambda _d: _("没有这次推荐。"),
    "begins_before": lambda _d: _("开班日期早于推荐的日期。"),
    "attended_already": lambda d: _("已经记为%(on)s去的。", on=_on(d.get("on"))),
    "referral_closed": lambda _d: _("这次推荐已经有了结果或者已撤销。"),
    "before_referral": lambda d: _("日期早于%(since)s。", since=_on(d.get("since"))),
    "went_already": lambda _d: _("已经记为去了，结果不能是没有去。"),
    "did_not_go_yet": lambda _d: _("还没有记去了没有。请先记参加，或者结果记为没有去。"),
}
"""Refusal code -> the sentence a person reads."""

CLAUSES: Final = (
    N_("党员因病困难的，每次帮扶不超过二千元，一年不超过三千元。"),
    N_("党员生活困难的，每次帮扶不超过一千五百元，一年不超过三千元。"),
    N_("党员家中有亲人去世的，每次慰问不超过一千元，一年不超过二千元。"),
    N_("节日慰问每次不超过五百元，一年不超过一千元。"),
    N_("同一名党员一年内各类帮扶合计不超过五千元。"),
    N_("经办人不审批自己提出的申请；超过一千元的，由两个人先后审批。"),
    N_("帮扶申请七天内审批，批准后十五天内发放，发放后十五天内签收。"),
    N_("党员病情严重、病危或者住院的，提示可以帮扶，由人决定。"),
    N_("一名帮扶人结对不超过三名党员。"),
    N_("结对帮扶每九十天回访一次，看是否继续。"),
    N_("推荐参加技能培训的，开班三十天内问是否参加，参加后九十天内问结果。"),
)
"""The words of the national pack's clauses, so that they are translated."""
