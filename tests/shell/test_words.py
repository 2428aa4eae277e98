"""Every word has its English, and numbers, days and names are written as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.shell import formats, i18n
from services.shell.words import Words, missing_words, words_of

TODAY = date(2026, 11, 21)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(params=["zh"], autouse=True)
def spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    with i18n.speaking(i18n.speech_of(request.param, "shell", TODAY, ZONE)):
        yield


english = pytest.mark.parametrize("spoken", ["en"], indirect=True)


def test_the_shell_has_english_for_every_word() -> None:
    assert missing_words("shell") == []


def test_words_without_english_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('{{ _("没有译文") }}{{ ngettext("%(num)s 人", "%(num)s 人", n) }}')
    (tmp_path / "b.py").write_text('N_("也没有")\npgettext("动词", "记录")\n')
    assert list(words_of(tmp_path)) == [
        Words("a.html", 1, "", "没有译文"),
        Words("a.html", 1, "", "%(num)s 人", "%(num)s 人"),
        Words("b.py", 1, "", "也没有"),
        Words("b.py", 2, "动词", "记录"),
    ]


def test_a_catalogue_without_the_values_of_the_sentence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**i18n.catalogue("shell", "en"), ("", "%(years)s 岁"): ("years old",)}
    monkeypatch.setattr("services.shell.words.catalogue", lambda _service, _language: known)
    assert [words.msgid for words in missing_words("shell")] == ["%(years)s 岁"]


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        (None, "", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.8", "en"),
        (None, "fr,zh-CN;q=0.5", "zh"),
        (None, "en;q=0", "zh"),
        (None, "en;q=x", "zh"),
        ("en", "zh", "en"),
        ("xx", "de", "zh"),
    ],
)
def test_the_language_is_the_cookie_then_the_wish_then_the_default(
    cookie: str | None, accept: str, language: str
) -> None:
    assert i18n.choose_language(cookie, accept, "zh") == language


def test_days_as_people_say_them() -> None:
    assert formats.day(TODAY) == "11月21日"
    assert formats.day(date(2025, 1, 5)) == "2025年1月5日"
    assert formats.day(None) == "—"
    assert formats.weekday(TODAY) == "11月21日 星期六"
    assert formats.lunar(TODAY) == "十月十三"
    assert formats.lunar(date(1800, 1, 1)) == ""
    assert formats.day(datetime(2026, 11, 20, 16, 30, tzinfo=UTC)) == "11月21日", "a moment is a day of the office"
    assert formats.moment(datetime(2026, 11, 21, 1, 12, tzinfo=UTC)) == "今天 09:12"
    assert formats.moment(datetime(2026, 11, 20, 1, 12, tzinfo=UTC)) == "昨天 09:12"
    assert formats.moment(datetime(2026, 9, 30, 1, 12, tzinfo=UTC)) == "9月30日 09:12"


@pytest.mark.parametrize(
    ("on", "said", "tone"),
    [
        (date(2026, 11, 19), "逾期 2 天", "late"),
        (TODAY, "今天到期", "soon"),
        (date(2026, 11, 24), "还剩 3 天", "soon"),
        (date(2026, 12, 31), "还剩 40 天", ""),
    ],
)
def test_deadlines(on: date, said: str, tone: str) -> None:
    assert (formats.due(on), formats.due_tone(on)) == (said, tone)


def test_past_days_and_ages() -> None:
    assert [formats.ago(date(2026, 11, day)) for day in (21, 20, 11)] == ["今天", "昨天", "10 天前"]
    assert formats.ago(date(2026, 12, 1)) == "12月1日"
    assert formats.age(date(1940, 11, 21)) == "86 岁"
    assert formats.age(date(1940, 11, 22)) == "85 岁"
    assert formats.years_since(date(2008, 2, 29), date(2009, 2, 28)) == 0


def test_money_is_exact() -> None:
    assert formats.yuan(1710) == "17.10 元"
    assert formats.yuan(5) == "0.05 元"
    assert formats.yuan(-123456789) == "-1,234,567.89 元"
    assert formats.yuan(None) == "—"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("31010119400307421x", "3101** **** **** 421X"),
        ("310101400307421", "3101** **** **** 7421"),
        ("123", "***"),
        (None, "—"),
    ],
)
def test_id_numbers_are_masked(number: str | None, shown: str) -> None:
    assert formats.mask_id(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13912348862", "139 **** 8862"),
        ("+86 139-1234-8862", "139 **** 8862"),
        ("62718862", "6271 ****"),
        ("110", "***"),
        ("", "—"),
    ],
)
def test_phones_are_masked(number: str, shown: str) -> None:
    assert formats.mask_phone(number) == shown


@english
def test_english_days_and_deadlines() -> None:
    assert formats.weekday(TODAY) == "Sat 21 Nov"
    assert formats.due(date(2026, 11, 20)) == "1 day late"
    assert formats.due(date(2026, 11, 24)) == "3 days left"
    assert formats.yuan(1710) == "17.10 yuan"


def test_a_per_cent_sign_is_written_twice_everywhere() -> None:
    assert i18n.gettext("0.5 %% 和 %(n)s", n=1) == "0.5 % 和 1"
