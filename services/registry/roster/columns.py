"""Which column is which: finds the header below its titles and knows the names offices give to each field.

A name is looked up exactly, after removing spaces, line breaks, stars and what stands in brackets
(``基本养老金(元/月)``). Nothing is guessed from a part of a name: a column taken for another does more harm than one
the clerk has to point out, and what the clerk pointed out is remembered as a mapping of header to field and given
here the next time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, zip_longest
from typing import Final

from services.registry.roster.cells import squeeze
from services.registry.roster.reasons import Doubt, Unreadable, UnreadableRoster
from services.registry.roster.sheet import Cell, Sheet

IGNORED: Final = "ignored"
"""The field of a column that is known and not read: a serial number, an age, the reasons of an earlier attempt."""

NAMES: Final[Mapping[str, str]] = {
    "name": "姓名 党员姓名 名字 姓名全称 人员姓名",
    "sex": "性别 男女",
    "ethnicity": "民族 族别",
    "id_number": """
        身份证号 公民身份号码 公民身份证号 公民身份证号码 身份证号码 身份证 身份号码 居民身份证号 居民身份证号码
        证件号 证件号码 有效证件号""",
    "joined_on": """
        入党时间 入党日期 入党年月 入党年月日 入党 加入党组织日期 加入党组织时间 加入中国共产党时间 加入中国共产党日期
        加入中共组织日期""",
    "full_member_on": """
        转正时间 转正日期 转正年月 转正年月日 转正 转为正式党员日期 转为正式党员时间 转为正式党员的日期""",
    "branch": """
        所在支部 所在党支部 所属支部 所属党支部 支部 党支部 支部名称 党支部名称 所在党组织 所属党组织 党组织名称
        组织名称""",
    "kind": "人员类别 人员类型 类别 身份类别 人员身份 党员类型 党员身份 退休类别 在职状态 现状",
    "pension_basis": """
        基本养老金 养老金 月养老金 基本养老金月额 退休金 月退休金 党费基数 党费计算基数 缴费基数 交纳党费基数""",
    "phone": """
        联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 本人电话 本人手机 本人联系电话 移动电话 联系手机""",
    "family_name": """
        家属联系人 家属姓名 家属 联系人 紧急联系人 紧急联系人姓名 家庭联系人 亲属联系人 亲属姓名 家属联系人姓名""",
    "family_phone": """
        家属电话 家属联系电话 家属联系方式 家属手机 家属手机号 紧急联系电话 紧急联系人电话 联系人电话 亲属电话
        家属联系人电话""",
    "address": """
        现居住地址 现居住地 居住地址 居住地 住址 家庭住址 家庭地址 现住址 常住地址 实际居住地 实际居住地址 通讯地址
        地址""",
    "away": "是否外出 外出 是否流动 流动党员 是否流动党员 是否为流动党员 是否外出流动",
    "destination": "去向 外出去向 流动去向 流向 外出地点 外出地址 流动地 外出流向 流动原因及去向",
    "lives_alone": "独居 是否独居 独居老人 空巢 空巢独居 是否空巢 是否空巢独居",
    "minimum_living": "低保 是否低保 低保户 最低生活保障 是否低保户 享受低保",
    "skills": "特长 专长 技能 特长爱好 爱好特长 兴趣特长",
    "education": "学历 文化程度 文化水平 最高学历 教育程度 学历层次",
    "former_unit": "原单位 原工作单位 退休前单位 退休前工作单位 退休单位 原单位名称 原所在单位",
    "former_post": "原职务 原任职务 原职务职称 原职称 原岗位 退休前职务 退休前岗位",
    "registered_address": "户籍地址 户籍地 户籍所在地 户籍住址 户口所在地 户口地址 户籍",
    "grid": "网格 所属网格 所在网格 网格名称 网格号 网格编号",
    "interests": "爱好 兴趣 兴趣爱好 业余爱好 个人爱好",
    "note": "备注 说明 备考 附注",
    IGNORED: "序号 编号 顺序号 NO 序 出生日期 出生年月 出生年月日 生日 年龄 党龄 籍贯 原因 原表行号 填表日期",
}
"""Each field and the column names that mean it, the usual one first."""

FIELDS: Final = tuple(field for field in NAMES if field != IGNORED)
MANDATORY: Final = ("name", "id_number", "joined_on")

_FIELD_OF: Final = {name: field for field, names in NAMES.items() for name in names.split()}
_HEADER_ROWS_MAX: Final = 30
_IN_BRACKETS = re.compile(r"[(\[【〔（].*?[)\]】〕）]")
_MARKS = re.compile(r"[*:：#_.、]")


@dataclass(frozen=True, slots=True)
class Problem:
    """A doubt about a whole column or worksheet."""

    doubt: Doubt
    value: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one worksheet. ``at`` gives each field's place in a row; data begins after ``last_header_row``."""

    sheet: str
    header_row: int
    last_header_row: int
    headers: tuple[str, ...]
    at: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(field for field in MANDATORY if field not in self.at)

    def header_of(self, field: str) -> str:
        """The sheet's own name of a field, or the usual one if it has no such column."""
        return self.headers[self.at[field]] if field in self.at else usual_name(field)

    @property
    def missing_names(self) -> str:
        return "、".join(f"“{usual_name(field)}”" for field in self.missing)

    def refuse_if_incomplete(self) -> None:
        """Raises ``UnreadableRoster`` naming the columns without which nobody can be registered."""
        if self.missing:
            row, columns = str(self.header_row), self.missing_names
            raise UnreadableRoster(Unreadable.MISSING_COLUMN, sheet=self.sheet, row=row, columns=columns)


def usual_name(field: str) -> str:
    """The name most sheets give to a field."""
    return NAMES[field].split()[0]


def known_field(header: str) -> str | None:
    """The field that a header means by itself, or ``None`` if it has to be pointed out."""
    return _FIELD_OF.get(plain_header(header))


def plain_header(header: Cell) -> str:
    """A header as it is looked up and remembered: no spaces, stars or brackets."""
    text = squeeze(header)
    return _MARKS.sub("", _IN_BRACKETS.sub("", text)).upper() or text


def find_columns(sheet: Sheet, mapping: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a worksheet, or ``None`` if none of its first rows is a header.

    ``mapping`` (header → field, or ``"ignored"``) goes before the known names. A header is the row that names the
    most fields, two at least and the name or the ID number among them; titles above it, merged or not, name none. A
    header of two rows (家属 over 姓名 and 电话) is recognised when both together name more than the first alone. Raises
    ``ValueError`` for a mapping to a field that does not exist.
    """
    if unknown := set((mapping or {}).values()) - NAMES.keys():
        raise ValueError(f"no such field of a roster: {', '.join(sorted(unknown))}")
    fields = {**_FIELD_OF, **{plain_header(header): field for header, field in (mapping or {}).items()}}
    top = list(islice(sheet.rows(), _HEADER_ROWS_MAX + 1))
    found = [
        (_score(headers, fields), number == last, number, last, headers)
        for (number, row), (below, next_row) in pairwise([*top, (0, ())])
        for last, headers in _as_header(number, row, below, next_row)
    ]
    if not found or not max(score for score, *_ in found):
        return None
    # The most fields; of equals one row rather than two, then the uppermost (max keeps the first).
    _, _, number, last, headers = max(found, key=lambda candidate: candidate[:2])
    at, problems = _assign(headers, fields)
    return Columns(sheet.name, number, last, tuple(headers), at, tuple(problems))


def _as_header(
    number: int, row: Sequence[Cell], below: int, next_row: Sequence[Cell]
) -> Iterator[tuple[int, list[str]]]:
    """The row as a header, and with the row below as one of two rows; each with its last row's number."""
    upper, lower = [squeeze(cell) for cell in row], [squeeze(cell) for cell in next_row]
    yield number, upper
    if any(upper) and any(lower):
        yield below, _two_rows(upper, lower)


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """One header of two rows: a blank upper cell beside a filled lower one belongs to the group named on its left."""
    headers: list[str] = []
    group = ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        group = above or (group if below else "")
        headers.append(f"{group}{below}")
    return headers


def _score(headers: Iterable[str], fields: Mapping[str, str]) -> int:
    named = {fields.get(plain_header(header)) for header in headers} - {None, IGNORED}
    return len(named) if len(named) > 1 and named & {"name", "id_number"} else 0


def _assign(headers: Sequence[str], fields: Mapping[str, str]) -> tuple[dict[str, int], list[Problem]]:
    at: dict[str, int] = {}
    problems: list[Problem] = []
    for column, header in enumerate(headers):
        if not header:
            continue
        field = fields.get(plain_header(header))
        if field is None:
            problems.append(Problem(Doubt.UNKNOWN_COLUMN, header, {"header": header}))
        elif field in at:
            problems.append(Problem(Doubt.SECOND_COLUMN, header, {"header": header, "first": headers[at[field]]}))
        elif field != IGNORED:
            at[field] = column
    return at, problems
