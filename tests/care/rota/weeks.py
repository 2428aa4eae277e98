"""Made-up weeks: the national pack's weights, and weeks with every kind of trouble in them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

import services.care
from services.care.decide.policy import policy_of
from services.care.pages.rota_week import weights_of
from services.care.rota.week import Goer, Task, Week

POLICY = policy_of((Path(services.care.__file__).parent / "policy/national.toml").read_text())
WEIGHTS = weights_of(POLICY.rota)
BUILDINGS = ["金桥路36弄28号", "金桥路36弄30号", "金桥路50弄2号", "石泉路5弄1号", "金桥路", ""]
NAMES = ["chen", "li", "sun", "wang", "zhao"]


@st.composite
def tasks(draw: st.DrawFn, number: int) -> Task:
    """One visit or call."""
    first = draw(st.integers(0, 4))
    days = tuple(range(first, draw(st.integers(first, 4)) + 1))
    due = draw(st.integers(-3, 12))
    somebody = st.sampled_from(["", *NAMES])
    fixed = draw(st.one_of(st.none(), st.tuples(st.sampled_from(NAMES), st.sampled_from(days))))
    call = draw(st.booleans())
    return Task(
        visit_id=f"v{number:02}",
        member_id=f"m{number:02}",
        days=days,
        due=due,
        must=due < 7 or fixed is not None,
        minutes=10 if call else 40,
        building="" if call else draw(st.sampled_from(BUILDINGS)),
        call=call,
        skill=draw(st.sampled_from(["", "", "medical"])),
        usual=draw(somebody),
        asked=draw(st.sampled_from(["", "", *NAMES])),
        fixed=fixed if draw(st.booleans()) else None,
        refused=draw(st.frozensets(st.sampled_from(NAMES), max_size=2)),
    )


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Small weeks: leave, refusals, too little room, places known and not."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    goers = tuple(
        Goer(
            name,
            tuple(sorted(draw(st.sets(st.integers(0, 4), max_size=5)))),
            draw(st.integers(0, 5)),
            draw(st.integers(0, 5)),
            frozenset({"medical"}) if draw(st.booleans()) else frozenset(),
            tuple(draw(st.lists(st.sampled_from(BUILDINGS[:4]), max_size=2, unique=True))),
        )
        for name in names
    )
    spots = {building: (100 * number, 50 * number) for number, building in enumerate(BUILDINGS[:3])}
    known = spots if draw(st.booleans()) else {}
    count = draw(st.integers(0, 14))
    return Week(tuple(draw(tasks(number)) for number in range(count)), goers, known, WEIGHTS)
