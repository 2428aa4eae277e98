"""What is kept of what was used lately: never more than promised, never less than half of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from events.log.recent import Recent


@given(most=st.integers(1, 12), keys=st.lists(st.integers(0, 20), max_size=60))
def test_it_keeps_the_latest_half_and_never_more_than_all(most: int, keys: list[int]) -> None:
    recent: Recent[int, int] = Recent(most)
    for at, key in enumerate(keys):
        recent.put({key: at})
        assert len(recent) <= max(most, 2)
        latest = list(dict.fromkeys(reversed(keys[: at + 1])))[: max(1, most // 2)]
        assert all(recent.get(one) is not None for one in latest)
        last = {one: place for place, one in enumerate(keys[: at + 1])}
        assert all(recent.get(one) == last[one] for one in latest)


def test_it_tells_when_something_was_let_go() -> None:
    recent: Recent[str, int] = Recent(2)
    assert [recent.put({name: 1}) for name in "abcd"] == [False, False, True, True]


def test_what_is_touched_stays_with_what_is_put() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put({"a": 1})
    recent.put({"b": 2})
    recent.touch("a")
    recent.put({"c": 3})
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, 2, 3)
    recent.touch("nobody")
    assert recent.get("nobody") is None


def test_what_is_forgotten_is_not_found_in_either_generation() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put({"a": 1})
    recent.put({"b": 2})
    for name in ("a", "b"):
        recent.forget(name)
    assert len(recent) == 0
    recent.put({"c": 3})
    recent.clear()
    assert recent.get("c", "nothing") == "nothing"
