"""Why a roster, a row or a cell was not taken as it stands: stable codes, and for each a sentence that says what to
do.

The codes are stored and printed (CONTRACT, ``import-roster --json``) and are never renamed. The sentences are the
msgids of the translation catalogue; ``{…}`` is filled from the finding's details.
"""

from collections.abc import Mapping
from enum import StrEnum


def N_(sentence: str) -> str:  # noqa: N802 - the name by which Babel's extractor knows a sentence translated later
    """Mark a sentence for the catalogue without translating it: the page knows the reader's language, this room does
    not.
    """
    return sentence


class Reason(StrEnum):
    """Why a row is not taken. Any of these on a row rejects the row."""

    NO_NAME = "no_name"
    NO_ID = "no_id"
    FLOAT = "float"
    BAD_ID = "bad_id"
    CHECKSUM = "checksum"
    BAD_BIRTH = "bad_birth"
    DUP = "dup"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    UNCLEAR_MONTH = "unclear_month"
    FUTURE = "future"
    BEFORE_BIRTH = "before_birth"
    BEFORE_JOINING = "before_joining"
    TOO_LONG = "too_long"
    NOT_WORDS = "not_words"
    ALREADY_REGISTERED = "already_registered"


class Doubt(StrEnum):
    """What a careful clerk would look at again. The row is taken."""

    SEX_DIFFERS = "sex_differs"
    SEX_UNREAD = "sex_unread"
    ODD_NAME = "odd_name"
    ID_LENGTHENED = "id_lengthened"
    MONTH_ONLY = "month_only"
    UNDER_18 = "under_18"
    PHONE = "doubtful_phone"
    SEVERAL_PHONES = "several_phones"
    MONEY = "doubtful_money"
    FLAG = "doubtful_flag"
    AWAY_NOWHERE = "away_nowhere"
    HOME_ELSEWHERE = "home_elsewhere"
    UNKNOWN_COLUMN = "unknown_column"
    SECOND_COLUMN = "second_column"
    SHEET_HIDDEN = "sheet_hidden"
    SHEET_NO_HEADER = "sheet_no_header"
    SHEET_INCOMPLETE = "sheet_incomplete"


class Unreadable(StrEnum):
    """Why nothing of a file can be read."""

    EMPTY = "empty"
    NOT_A_SHEET = "not_a_sheet"
    WEB_PAGE = "web_page"
    OTHER_FORMAT = "other_format"
    PASSWORD = "password"  # noqa: S105 - a code, not a secret
    CORRUPT = "corrupt"
    ENCODING = "encoding"
    TOO_LARGE = "too_large"
    TOO_WIDE = "too_wide"
    NO_HEADER = "no_header"
    MISSING_COLUMN = "missing_column"


SENTENCES: Mapping[Reason | Doubt | Unreadable, str] = {
    Reason.NO_NAME: N_("没有姓名。请补上姓名。"),
    Reason.NO_ID: N_("没有身份证号。请补上18位身份证号。"),
    Reason.FLOAT: N_("身份证号被Excel当成了数字，后几位已经丢失。请把这一格设为“文本”格式，再照证件重新输入。"),
    Reason.BAD_ID: N_("身份证号应为18位（旧证15位），只有末位可以是X。请照证件核对。"),
    Reason.CHECKSUM: N_("身份证号的校验位不对，多半是抄错了一位。请照证件核对。"),
    Reason.BAD_BIRTH: N_("身份证号第7至14位不是可能的出生日期。请照证件核对。"),
    Reason.DUP: N_("与“{sheet}”第{row}行是同一个身份证号。请删去重复的一行，或改正抄错的号码。"),
    Reason.NO_DATE: N_("没有入党时间。请按档案补上，例如 1985-07-01。"),
    Reason.BAD_DATE: N_("没有这一天，或看不懂写法。请按档案改成年-月-日，例如 1985-07-01。"),
    Reason.UNCLEAR_MONTH: N_("Excel把这一格存成了小数，分不清是1月还是10月。请按档案改成年-月-日，例如 1968-10-01。"),
    Reason.FUTURE: N_("这一天还没有到。请按档案改正。"),
    Reason.BEFORE_BIRTH: N_("这一天早于身份证上的出生日期{birth}。请核对日期和身份证号。"),
    Reason.BEFORE_JOINING: N_("转正时间早于入党时间{joined}。请按档案核对这两个日期。"),
    Reason.TOO_LONG: N_("这一格超过{limit}个字，像是粘贴错了。请改短。"),
    Reason.NOT_WORDS: N_("这一格应当写文字，写的却是数字或日期，像是错了一列。请核对，没有就留空。"),
    Reason.ALREADY_REGISTERED: N_("此人已经在库里。要改资料请到本人的卡片上改，这一行不用再传。"),
    Doubt.SEX_DIFFERS: N_("性别与身份证号第17位不符，先按表上写的登记。请核对。"),
    Doubt.SEX_UNREAD: N_("性别没有看懂，先按身份证号第17位登记为{sex}。请核对。"),
    Doubt.ODD_NAME: N_("姓名里有数字、括号或认不出的字，先照样登记为“{name}”。请核对。"),
    Doubt.ID_LENGTHENED: N_("15位旧号已换算成18位：{id_number}。请对照新证。"),
    Doubt.MONTH_ONLY: N_("只写到月份，先按当月1日登记。查到具体日期后请更正。"),
    Doubt.UNDER_18: N_("入党时未满18岁，先照样登记。请核对日期和身份证号。"),
    Doubt.PHONE: N_("电话号码像是多了或少了数字，先照样登记。请打一次试试。"),
    Doubt.SEVERAL_PHONES: N_("写了几个号码，先登记第一个：{phone}。其余的请到卡片上补。"),
    Doubt.MONEY: N_("金额没有看懂，先空着。请到卡片上补，例如 3420.50。"),
    Doubt.FLAG: N_("这一格应写“是”或“否”，先按“否”登记。请核对。"),
    Doubt.AWAY_NOWHERE: N_("写了外出，没有写去向。请问清楚后到卡片上补。"),
    Doubt.HOME_ELSEWHERE: N_("写了不外出，又写了去向，先按不外出登记。请核对。"),
    Doubt.UNKNOWN_COLUMN: N_("没有认出“{header}”这一列，没有读入。需要时请指定它是什么。"),
    Doubt.SECOND_COLUMN: N_("“{header}”与“{first}”意思相同，只读了“{first}”。需要时请指定用哪一列。"),
    Doubt.SHEET_HIDDEN: N_("工作表“{sheet}”是隐藏的，没有读。要读请先取消隐藏。"),
    Doubt.SHEET_NO_HEADER: N_("工作表“{sheet}”里没有找到表头，没有读。"),
    Doubt.SHEET_INCOMPLETE: N_("工作表“{sheet}”第{row}行的表头里没有认出{columns}，没有读。"),
    Unreadable.EMPTY: N_("文件是空的。请选填好的花名册。"),
    Unreadable.NOT_A_SHEET: N_("这不是电子表格。请用Excel或WPS另存为 .xlsx 再传。"),
    Unreadable.WEB_PAGE: N_("这是改了名的网页，不是电子表格。请用Excel或WPS打开，另存为 .xlsx 再传。"),
    Unreadable.OTHER_FORMAT: N_("不读 {format} 格式。请用Excel或WPS打开，另存为 .xlsx 再传。"),
    Unreadable.PASSWORD: N_("文件设了打开密码。请去掉密码（文件→信息→保护工作簿），另存后再传。"),
    Unreadable.CORRUPT: N_("文件损坏或没有传完整。请用Excel或WPS打开，另存一份再传。"),
    Unreadable.ENCODING: N_("认不出这个CSV的文字编码。请用Excel或WPS另存为 .xlsx 再传。"),
    Unreadable.TOO_LARGE: N_("文件展开后超过{limit}兆字节。请拆成几份再传。"),
    Unreadable.TOO_WIDE: N_(
        "工作表一直排到第{rows}行、第{columns}列，远远多于花名册。请删去表格下面和右面的多余内容（常是误按的空格），另存后再传。"
    ),
    Unreadable.NO_HEADER: N_("没有找到表头。请留一行写明“姓名”“身份证号”“入党时间”等各列的名字。"),
    Unreadable.MISSING_COLUMN: N_(
        "“{sheet}”第{row}行是表头，但没有认出{columns}。请把那一列的表头写成{columns}，或指定哪一列是。"
    ),
}


def sentence(code: Reason | Doubt | Unreadable, details: Mapping[str, str]) -> str:
    """The Chinese sentence of a code, its places filled in."""
    return SENTENCES[code].format(**details)


class Refusal(Exception):
    """One value cannot be taken; raised by the readers of values and turned into a rejection with its row."""

    def __init__(self, reason: Reason, **details: str) -> None:
        self.reason = reason
        self.details = details
        super().__init__(sentence(reason, details))


class UnreadableRoster(Exception):
    """Nothing of the file can be read; ``code`` and ``details`` say why, ``str()`` says what to do."""

    def __init__(self, code: Unreadable, **details: str) -> None:
        self.code = code
        self.details = details
        super().__init__(sentence(code, details))
