"""What the registry's rules look like, and what they are called on the page of rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.registry.decide.policy import RegistryPolicy
from services.registry.pages.contact_words import KIND as CONTACT_KIND
from services.registry.pages.funds_rules import FUNDS_TITLES, FUNDS_VALUES
from services.registry.pages.honour_rules import HONOUR_TITLES, HONOUR_VALUES
from services.registry.pages.meeting_series import FESTIVAL
from services.registry.pages.of_two import LIKENESS
from services.registry.pages.point_rules import POINT_TITLES, POINT_VALUES
from services.registry.pages.post_words import FIT
from services.registry.pages.review_words import REVIEW_TITLES, REVIEW_VALUES
from services.registry.pages.words import MEETING, MISSING
from services.shell.formats import yuan
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.identity import Role
from services.shell.policy import Schema, units
from services.shell.policy.words import RuleWords, Worded

SCHEMA: Final = Schema("registry", RegistryPolicy)


def _posts(posts: Sequence[str]) -> str:
    return _("、").join(Role(each).words for each in posts)


WORDS: Final = RuleWords(
    titles={
        "dues": N_("党费"),
        "dues.low": N_("低档"),
        "dues.high": N_("高档"),
        "dues.relief": N_("依靠救济生活的"),
        "dues.arrears": N_("欠缴"),
        "dues.reduction": N_("少交或者免交"),
        "dues.bill": N_("对账"),
        "away": N_("外出党员"),
        "away.transfer": N_("转临时组织关系"),
        "away.card": N_("联系卡"),
        "away.intermittent": N_("照常参加活动"),
        "away.reminders": N_("提醒"),
        "away.letter": N_("组织关系介绍信"),
        "away.report": N_("向支部报告"),
        "away.together": N_("同在一地的外出党员"),
        "away.dues": N_("在外地交党费"),
        "away.lost": N_("失去联系"),
        "contact": N_("联系"),
        "contact.reached": N_("怎样算联系上"),
        "contact.silence": N_("多久没有联系上"),
        "meetings": N_("会议"),
        "meetings.quorum": N_("到会人数"),
        "meetings.voters": N_("谁有表决权"),
        "meetings.exclusion": N_("经批准不计入应到"),
        "meetings.exclusion.grounds": N_("哪些情形"),
        "meetings.vote": N_("表决"),
        "meetings.election": N_("选举"),
        "meetings.targets": N_("多久开一次"),
        "meetings.targets.every_months": N_("每几个月一次"),
        "meetings.study": N_("送学上门"),
        "meetings.leave": N_("谁可以同意请假"),
        "meetings.series": N_("按月排会"),
        "meetings.series.festivals": N_("避开的节日"),
        "meetings.series.festivals.*": FESTIVAL,
        "branches": N_("支部"),
        "branches.stands": N_("成立支部"),
        "branches.committee": N_("设支部委员会"),
        "branches.split": N_("建议分设"),
        "branches.term": N_("支部委员会任期"),
        "branches.community_term": N_("社区党组织任期"),
        "branches.term_reminder": N_("换届提醒"),
        "centres": N_("党员中心户"),
        "centres.size": N_("一户联系几人"),
        "centres.nearness": N_("建议怎样编组"),
        "centres.spots": N_("楼栋坐标"),
        "completeness": N_("资料完整度"),
        "duplicates": N_("疑似重复的档案"),
        "talents": N_("发挥余热"),
        "talents.matching": N_("推荐谁去问"),
        "talents.asking": N_("征求意见"),
        **HONOUR_TITLES,
        **POINT_TITLES,
        **REVIEW_TITLES,
        **FUNDS_TITLES,
    },
    values={
        "dues.months_ahead_max": Worded(N_("最多预缴"), units.months),
        "dues.low.up_to_fen": Worded(N_("月基本养老金不超过"), yuan),
        "dues.low.permille": Worded(N_("按全额的"), units.permille),
        "dues.high.permille": Worded(N_("按全额的"), units.permille),
        "dues.relief.fen": Worded(N_("每月"), yuan),
        "dues.arrears.flag_months": Worded(N_("满几个月列入名单"), units.months),
        "dues.arrears.call_months": Worded(N_("满几个月打电话提醒"), units.months),
        "dues.arrears.review_months": Worded(N_("连续满几个月由人研究"), units.months),
        "dues.arrears.review_again_months": Worded(N_("研究以后隔几个月再看"), units.months),
        "dues.bill.days_apart": Worded(N_("账单和收据最多差"), units.days),
        "dues.reduction.months_max": Worded(N_("一次最长"), units.months),
        "away.transfer.months_min": Worded(N_("在固定地点至少"), units.months),
        "away.card.months_max": Worded(N_("有效期最长"), units.months),
        "away.intermittent.near_places": Worded(N_("算作就近的地方"), units.texts),
        "away.reminders.card_days": Worded(N_("联系卡到期前"), units.days),
        "away.reminders.contact_days": Worded(N_("没有联系满"), units.days_list),
        "away.letter.months_max": Worded(N_("有效期最长"), units.months),
        "away.letter.remind_days": Worded(N_("到期前提醒"), units.days),
        "away.letter.receipt_days": Worded(N_("没有回执满"), units.days),
        "away.report.every_months": Worded(N_("至少每隔"), units.months),
        "away.lost.months_min": Worded(N_("没有联系上满"), units.months),
        "contact.reached.kinds": Worded(N_("算联系上的"), units.some_of(CONTACT_KIND)),
        "contact.silence.days": Worded(N_("没有联系上满"), units.days_list),
        "contact.silence.review_rest_days": Worded(N_("核实以后再看要过"), units.days),
        "away.together.members_min": Worded(N_("满几人建议成立流动党员组织"), units.people),
        "away.dues.months_after": Worded(N_("离开或收到以后"), units.months),
        "meetings.quorum.share_permille": Worded(N_("到会的占有表决权的至少"), units.permille),
        "meetings.quorum.probation_months": Worded(N_("没有转正日期的，入党后几个月算正式党员"), units.months),
        "meetings.voters.on_card": Worded(N_("持联系卡在外的有表决权"), units.yes_or_no),
        "meetings.voters.transferred": Worded(N_("已转临时组织关系的有表决权"), units.yes_or_no),
        "meetings.exclusion.grounds.*": Worded(N_("情形"), units.as_written),
        "meetings.vote.in_favour_over_permille": Worded(N_("赞成的超过应到的"), units.permille),
        "meetings.election.present_permille": Worded(N_("到会的占应到的至少"), units.permille),
        "meetings.election.elected_over_permille": Worded(N_("得票超过到会的"), units.permille),
        "meetings.targets.every_months.*": Worded(MEETING, units.months),
        "meetings.study.kinds": Worded(N_("算作参加的会议"), units.some_of(MEETING)),
        "meetings.leave.in_time": Worded(N_("会前和当天"), _posts),
        "meetings.leave.afterwards": Worded(N_("会后补"), _posts),
        "meetings.series.months_max": Worded(N_("一次最多排"), units.months),
        "meetings.series.festivals.*.month": Worded(N_("农历几月"), units.as_written),
        "meetings.series.festivals.*.day": Worded(N_("农历初几"), units.as_written),
        "meetings.series.festivals.*.before": Worded(N_("提前"), units.days),
        "meetings.series.festivals.*.days": Worded(N_("一共避开"), units.days),
        "branches.stands.full_members_min": Worded(N_("正式党员至少"), units.people),
        "branches.committee.full_members_min": Worded(N_("正式党员至少"), units.people),
        "branches.split.members_max": Worded(N_("党员超过"), units.people),
        "branches.term.years": Worded(N_("每届"), units.years),
        "branches.community_term.years": Worded(N_("每届"), units.years),
        "branches.term_reminder.months_before": Worded(N_("任期届满前"), units.months_list),
        "centres.size.members_min": Worded(N_("连户主至少"), units.people),
        "centres.size.members_max": Worded(N_("连户主至多"), units.people),
        "centres.nearness.building_metres": Worded(N_("楼号每差一号算"), units.metres),
        "centres.nearness.lane_metres_max": Worded(N_("同一条弄里最多算"), units.metres),
        "centres.nearness.road_metres": Worded(N_("弄号每差一号算"), units.metres),
        "centres.nearness.road_metres_max": Worded(N_("同一条路上最多算"), units.metres),
        "centres.nearness.elsewhere_metres": Worded(N_("看不出远近的算"), units.metres),
        "centres.nearness.change_metres": Worded(N_("换一户抵"), units.metres),
        "centres.nearness.known_metres": Worded(N_("有一位熟人抵"), units.metres),
        "centres.nearness.known_max": Worded(N_("熟人最多算"), units.people),
        "centres.nearness.meetings_min": Worded(N_("一起参会几次算熟人"), units.times),
        "centres.spots.longitude_min_degrees": Worded(N_("经度不小于"), units.degrees),
        "centres.spots.longitude_max_degrees": Worded(N_("经度不大于"), units.degrees),
        "centres.spots.latitude_min_degrees": Worded(N_("纬度不小于"), units.degrees),
        "centres.spots.latitude_max_degrees": Worded(N_("纬度不大于"), units.degrees),
        "centres.spots.far_metres": Worded(N_("离其他楼栋多远要再核对"), units.metres),
        "centres.nearness.meetings_days": Worded(N_("只看最近"), units.days),
        "duplicates.threshold": Worded(N_("相同之处满几分才列出"), units.points),
        "duplicates.key_people_max": Worded(N_("一个号码最多几人共用才算线索"), units.people),
        "duplicates.weights.*": Worded(LIKENESS, units.points),
        "talents.matching.skills_max": Worded(N_("特长最多算几样"), units.points),
        "talents.matching.proposed_max": Worded(N_("最多列出"), units.people),
        "talents.matching.weights.*": Worded(FIT, units.points),
        "talents.asking.again_days": Worded(N_("本人不愿意的，同一岗位不再问"), units.days),
        **HONOUR_VALUES,
        **POINT_VALUES,
        **REVIEW_VALUES,
        **FUNDS_VALUES,
        "completeness.weights.*": Worded(MISSING, units.points),
    },
)
