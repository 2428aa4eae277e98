"""What care's rules look like, and what they are called on the page of rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.facts.people import RetirementKind
from services.care.decide.policy import CarePolicy, CertificationBegins, Per
from services.care.pages import campaign_words, support_words, voice_words
from services.care.pages.rota_words import SKILL, WEEKDAY
from services.care.pages.words import CERTIFIED, REASON, SEVERITY, SOURCE, WAY
from services.shell.formats import yuan
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _
from services.shell.policy import Schema, units
from services.shell.policy.words import RuleWords, Worded


def weekdays(days: Sequence[int]) -> str:
    """`周一、周二`."""
    return _("、").join(_(WEEKDAY[day]) for day in days)


def minutes(number: int) -> str:
    """`40 分钟`."""
    return ngettext("%(num)s 分钟", "%(num)s 分钟", number)


SCHEMA: Final = Schema("care", CarePolicy, keyed={"cadence": "reason"}, closed=frozenset({"festivals"}))

KIND: Final = {RetirementKind.RETIRED: N_("退休"), RetirementKind.RETIRED_WITH_HONOURS: N_("离休")}
BEGINS: Final = {
    CertificationBegins.BIRTH_MONTH: N_("各人出生的月份"),
    CertificationBegins.FIXED_MONTH: N_("统一的月份"),
}
PERIOD: Final = {
    Per.WEEK: N_("每周"),
    Per.QUARTER: N_("每季度"),
    Per.HALF_YEAR: N_("每半年"),
    Per.YEAR: N_("每年"),
}


def _severities(codes: Sequence[str]) -> str:
    return units.texts([units.one_of(SEVERITY)(code) for code in codes])


WORDS: Final = RuleWords(
    titles={
        "": N_("安排走访"),
        "cadence": N_("定期走访"),
        "cadence.*": REASON,
        "illness": N_("患病看望"),
        "illness.*": SEVERITY,
        "occasions": N_("遇事看望"),
        "occasions.*": REASON,
        "festivals": N_("节日慰问"),
        "festivals.*": REASON,
        "birthday": N_("生日祝贺"),
        "together": N_("一次走访办几件事"),
        "spouse": N_("配偶去世以后"),
        "away": N_("外出联系"),
        "missed": N_("没有去成的"),
        "rota": N_("谁去走访"),
        "rota.metres": N_("排人时折合的路程"),
        "rota.skills": N_("懂行的人去"),
        "campaigns": N_("集中服务"),
        "campaigns.kinds": N_("集中服务"),
        "campaigns.kinds.*": campaign_words.KIND,
        "campaigns.items": N_("居家安全检查"),
        "voice": N_("社情民意"),
        "voice.levels": N_("社情民意"),
        "voice.levels.*": voice_words.LEVEL,
        "voice.topics": N_("社情民意"),
        "contact": N_("别处的联系"),
        "certification": N_("养老金领取资格认证"),
        "certification.usual": N_("一般怎么办"),
        "certification.old": N_("年纪大的"),
        "certification.elsewhere": N_("在外居住的"),
        "certification.overdue": N_("过期没有认证的"),
        "assistance": N_("帮扶金"),
        "assistance.kinds": N_("各类上限"),
        "assistance.kinds.*": support_words.KIND,
        "assistance.year": N_("一年合计"),
        "assistance.second": N_("第二人审批"),
        "assistance.clocks": N_("办理期限"),
        "assistance.proposal": N_("提示帮扶"),
        "pairing": N_("结对帮扶"),
        "training": N_("技能培训"),
    },
    values={
        "plan_ahead_days": Worded(N_("提前几天排出来"), units.days),
        "cadence.*.age_min": Worded(N_("年满"), units.ages),
        "cadence.*.age_max": Worded(N_("不超过"), units.ages),
        "cadence.*.lives_alone": Worded(N_("只限独居的"), units.yes_or_no),
        "cadence.*.per": Worded(N_("周期"), units.one_of(PERIOD)),
        "cadence.*.times": Worded(N_("每期"), units.times),
        "cadence.*.due_before_end_days": Worded(N_("最好在期末前"), units.days),
        "cadence.*.way": Worded(N_("怎么联系"), units.one_of(WAY)),
        "illness.*.days": Worded(N_("患病后几天内看望"), units.days),
        "illness.*.grace_days": Worded(N_("逾期后还留着"), units.days),
        "occasions.*.days": Worded(N_("几天内看望"), units.days),
        "occasions.*.grace_days": Worded(N_("逾期后还留着"), units.days),
        "festivals.*.age_min": Worded(N_("年满"), units.ages),
        "festivals.*.age_max": Worded(N_("不超过"), units.ages),
        "festivals.*.lives_alone": Worded(N_("只限独居的"), units.yes_or_no),
        "festivals.*.before_days": Worded(N_("提前"), units.days),
        "festivals.*.after_days": Worded(N_("过后还可以"), units.days),
        "festivals.*.way": Worded(N_("怎么联系"), units.one_of(WAY)),
        "birthday.age_min": Worded(N_("年满"), units.ages),
        "birthday.age_max": Worded(N_("不超过"), units.ages),
        "birthday.before_days": Worded(N_("提前"), units.days),
        "birthday.after_days": Worded(N_("过后还可以"), units.days),
        "birthday.way": Worded(N_("怎么联系"), units.one_of(WAY)),
        "spouse.words": Worded(N_("怎么称呼配偶"), units.texts),
        "spouse.housemate": Worded(N_("没有说明关系的写成"), units.as_written),
        "spouse.after_days": Worded(N_("去世后第几天再去"), units.days_list),
        "spouse.before_days": Worded(N_("提前"), units.days),
        "spouse.grace_days": Worded(N_("逾期后还留着"), units.days),
        "together.days_min": Worded(N_("合并后至少留"), units.days),
        "together.visit_counts": Worded(N_("别的事上过门也算"), units.yes_or_no),
        "missed.secretary_days": Worded(N_("逾期几天书记过问"), units.days),
        "missed.street_days": Worded(N_("逾期几天街道过问"), units.days),
        "rota.workdays": Worded(N_("走访的日子"), weekdays),
        "rota.visits_per_week": Worded(N_("走访员一周上门"), units.times),
        "rota.office_visits_per_week": Worded(N_("办公室的人一周上门"), units.times),
        "rota.calls_per_week": Worded(N_("一周打电话"), units.times),
        "rota.visits_per_day_max": Worded(N_("一天上门不超过"), units.times),
        "rota.ahead_days": Worded(N_("下周几天内到期的顺路先办"), units.days),
        "rota.home_minutes": Worded(N_("上门一次"), minutes),
        "rota.hospital_minutes": Worded(N_("到医院一次"), minutes),
        "rota.call_minutes": Worded(N_("打一次电话"), minutes),
        "rota.metres.stranger": Worded(N_("换一个不熟的人"), units.metres),
        "rota.metres.change": Worded(N_("改动已经派的人"), units.metres),
        "rota.metres.skill": Worded(N_("去的人不懂行"), units.metres),
        "rota.metres.late": Worded(N_("因为等人，晚去一天"), units.metres),
        "rota.metres.trip": Worded(N_("多跑一栋楼"), units.metres),
        "rota.metres.load": Worded(N_("每多排满四分之一，一次加"), units.metres),
        "rota.metres.wait": Worded(N_("下周的顺路先办，最多值"), units.metres),
        "rota.metres.lane": Worded(N_("同一弄里的两栋楼"), units.metres),
        "rota.metres.road": Worded(N_("同一条路上的两栋楼"), units.metres),
        "rota.metres.elsewhere": Worded(N_("不在一条路上"), units.metres),
        "rota.skills.*": Worded(REASON, units.one_of(SKILL)),
        "campaigns.people_max": Worded(N_("一次最多"), units.people),
        "campaigns.kinds.*.age_min": Worded(N_("年满"), units.ages),
        "campaigns.kinds.*.lives_alone": Worded(N_("只限独居的"), units.yes_or_no),
        "campaigns.kinds.*.birthday_within": Worded(N_("只限期间过生日的"), units.yes_or_no),
        "campaigns.kinds.*.days": Worded(N_("一次办多久"), units.days),
        "campaigns.kinds.*.follow_days": Worded(N_("几天内跟进"), units.days),
        "campaigns.items.*.title": Worded(N_("检查什么"), units.as_written),
        "campaigns.items.*.days": Worded(N_("几天内处理"), units.days),
        "voice.tell_days": Worded(N_("答复后几天内告诉本人"), units.days),
        "voice.climb_days": Worded(N_("逾期几天上一级看到"), units.days),
        "voice.suggest_days": Worded(N_("走访后几天内提示"), units.days),
        "voice.levels.*.days": Worded(N_("几天内答复"), units.days),
        "voice.topics.*.title": Worded(N_("类别"), units.as_written),
        "voice.topics.*.begins": Worded(N_("先报到"), units.one_of(voice_words.LEVEL)),
        "voice.topics.*.highest": Worded(N_("最高报到"), units.one_of(voice_words.LEVEL)),
        "voice.topics.*.days": Worded(N_("几天内答复"), units.days),
        "contact.counts": Worded(N_("算联系过的"), units.some_of(SOURCE)),
        "certification.kinds": Worded(N_("哪些人要认证"), units.some_of(KIND)),
        "certification.begins": Worded(N_("从哪个月起"), units.one_of(BEGINS)),
        "certification.month": Worded(N_("统一月份的，从几月起"), units.as_written),
        "certification.window_months": Worded(N_("几个月内办理"), units.months),
        "certification.remind_days": Worded(N_("到期前几天提醒"), units.days),
        "certification.counts_before_months": Worded(N_("提前多久办也算"), units.months),
        "certification.*.way": Worded(N_("怎么办"), units.one_of(CERTIFIED)),
        "certification.*.age_min": Worded(N_("年满"), units.ages),
        "certification.overdue.secretary_days": Worded(N_("逾期几天书记过问"), units.days),
        "certification.overdue.street_days": Worded(N_("逾期几天街道过问"), units.days),
        "assistance.kinds.*.once_fen": Worded(N_("每次不超过"), yuan),
        "assistance.kinds.*.year_fen": Worded(N_("一年不超过"), yuan),
        "assistance.year.most_fen": Worded(N_("一年合计不超过"), yuan),
        "assistance.second.above_fen": Worded(N_("超过多少要第二人审批"), yuan),
        "assistance.clocks.decide_days": Worded(N_("几天内审批"), units.days),
        "assistance.clocks.pay_days": Worded(N_("批准后几天内发放"), units.days),
        "assistance.clocks.acknowledge_days": Worded(N_("发放后几天内签收"), units.days),
        "assistance.proposal.severities": Worded(N_("哪些病情提示"), _severities),
        "pairing.members_max": Worded(N_("一人最多结对"), units.people),
        "pairing.review_days": Worded(N_("每隔几天回访"), units.days),
        "training.attend_days": Worded(N_("几天内问是否参加"), units.days),
        "training.outcome_days": Worded(N_("参加后几天内问结果"), units.days),
        "away.every_days": Worded(N_("每隔"), units.days),
        "away.due_before_end_days": Worded(N_("最好在期末前"), units.days),
    },
)
