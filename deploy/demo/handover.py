"""A factory hands people over: one batch that was closed long ago, one whose list came in the other day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Final

from deploy.demo.deeds import Deed, HandOver, ToHandOver
from deploy.demo.town import JINQIAO, Town
from events.facts.handover import WhyRefused, employer_path
from services.registry.roster.made_up import id_number

EMPLOYER: Final = "市机床厂"
EMPLOYER_CODE: Final = "shijichuangchang"
EMPLOYER_PATH: Final = employer_path(JINQIAO.code, EMPLOYER_CODE)
"""The scope of its liaison's account."""
_FIRST_AGO: Final = 110
_SECOND_AGO: Final = 2
_FUNDS_FEN: Final = 60_000
_TAKEN: Final = ("王德明", "赵文", "沈玉兰", "马建国", "吴国强", "钱志远", "张桂兰")
_TO_COME: Final = ("李秀芝", "何国梁")
_NTH: Final = 471
"""Order codes of the town's people stay below it."""


def handovers(town: Town) -> Iterator[Deed]:
    """The first batch was taken over but for one; of the second nothing is decided yet."""
    elsewhere = ToHandOver("郑国强", id_number(date(1945, 6, 12), "男", _NTH))
    first = HandOver(
        EMPLOYER,
        EMPLOYER_CODE,
        (*(ToHandOver(name, funds_fen=_FUNDS_FEN) for name in _TAKEN), elsewhere),
        refused={elsewhere.name: (WhyRefused.LIVES_ELSEWHERE, "户口和住处都在浦西，请向当地社区移交")},
    )
    yield Deed(town.ago(_FIRST_AGO), JINQIAO, JINQIAO.secretary, first, "1", time(10, 20))
    second = HandOver(
        EMPLOYER,
        EMPLOYER_CODE,
        (
            *(ToHandOver(name, funds_fen=_FUNDS_FEN) for name in _TO_COME),
            ToHandOver("冯玉华", id_number(date(1958, 11, 3), "女", _NTH), _FUNDS_FEN),
            ToHandOver("周慧敏", "31010119601102", _FUNDS_FEN),
        ),
    )
    yield Deed(town.ago(_SECOND_AGO), JINQIAO, JINQIAO.secretary, second, "2", time(15, 10))
