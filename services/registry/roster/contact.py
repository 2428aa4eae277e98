"""How a member is reached: phones, the family's contact, the home split into building and room, and where they went."""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from services.registry.roster.cells import clean, squeeze
from services.registry.roster.sheet import Cell
from services.registry.roster.values import HAN_NAME, NOTHING

_PHONE_NOISE = re.compile(r"[\s\-—–−－.()\[\]（）·]")
_MOBILE = re.compile(r"(?:\+?(?:00)?86)?(1[3-9]\d{9})", re.ASCII)
_MOBILE_ALONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_PHONE_SEPARATORS = re.compile(r"[/、,，;；\\\n]|或")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|#|\*)(\d{1,5})$", re.IGNORECASE)

_RELATION = re.compile(r"(?P<name>[^()\[\]]+?)[(\[](?P<relation>[^()\[\]]{1,8})[)\]]")
_TRAILING_PHONE = re.compile(r"(?P<name>\D*?)[:：,，\s]*(?P<phone>\+?\d[\d\s-]{6,})$")

# Up to the last 号, 号楼, 幢 …  after which only a room can follow: "金桥路36弄28号" + "101室".
_BUILDING = re.compile(
    r"(?P<building>.*\d(?:号楼|[号#幢栋]|号院)|.*[\dA-Za-z]座)(?P<room>\D{0,2}\d(?:(?!号楼|[幢栋座弄号]).)*)"
)

_PARTS = re.compile(r"[\s·•‧・∙:,，;、/|—–()\[\]-]+")
_WHY = re.compile(
    "随|投靠|居住|探亲|务工|打工|经商|就医|看病|照顾|带孙|养老|过渡|原籍|老家|子女|儿子|女儿|学习|旅居|外出"
)


class Phone(NamedTuple):
    """A number as it will be dialled, digits only (an extension after a hyphen); ``others`` were written beside it."""

    number: str
    plausible: bool
    others: tuple[str, ...] = ()


class Family(NamedTuple):
    """Whom to call when the member cannot be reached. The relation is only known if the sheet says it."""

    name: str | None
    relation: str | None
    phone: str | None


class Address(NamedTuple):
    """Where the member lives: as written, and split so that one trip serves a building."""

    text: str
    building: str | None
    room: str | None


class Destination(NamedTuple):
    """Where somebody away lives now, and why; ``text`` is the cell as written, should neither be told apart."""

    text: str
    place: str | None
    reason: str | None


def read_phone(cell: Cell) -> Phone | None:
    """A mobile or land line. A number that cannot be dialled comes back as written, not plausible: a person may mend
    it.
    """
    if isinstance(cell, str) and _MOBILE_ALONE.fullmatch(cell):
        return Phone(cell, plausible=True)
    text = clean(cell)
    if text.lower() in NOTHING:
        return None
    if mobile := _MOBILE.fullmatch(_PHONE_NOISE.sub("", text)):
        return Phone(mobile[1], plausible=True)
    whole = _dialled(text)
    if whole is not None:
        return Phone(whole, plausible=True)
    parts = [part for part in _PHONE_SEPARATORS.split(text) if part.strip()]
    if len(parts) == 1:
        parts = text.split(" ")
    numbers = [number for part in parts if (number := _dialled(part)) is not None]
    if not numbers:
        return Phone(text, plausible=False)
    return Phone(numbers[0], plausible=True, others=tuple(numbers[1:]))


@lru_cache(maxsize=4096)
def _dialled(text: str) -> str | None:
    """National digits of a valid number of the Chinese plan, or of a seven or eight digit local one; otherwise
    ``None``.
    """
    extension = _EXTENSION.search(text)
    digits = _PHONE_NOISE.sub("", text[: extension.start()] if extension else text)
    suffix = f"-{extension[1]}" if extension else ""
    if mobile := _MOBILE.fullmatch(digits):
        return mobile[1] + suffix
    if re.fullmatch(r"[2-8]\d{6,7}", digits):
        return digits + suffix
    if not re.fullmatch(r"\+?\d{7,15}", digits):
        return None
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if number.country_code != 86:
        return f"+{number.country_code}{phonenumbers.national_significant_number(number)}{suffix}"
    national = phonenumbers.national_significant_number(number)
    return f"{'' if national.startswith(('1', '400', '800')) else '0'}{national}{suffix}"


def read_family(name: Cell, phone: str | None) -> Family | None:
    """The family's contact from the name's cell (``吴大``, ``吴大（儿子）``, ``吴大 13012175294``) and the phone's."""
    if isinstance(name, str) and HAN_NAME.fullmatch(name) and name not in NOTHING:
        return Family(name, None, phone)
    text = clean(name)
    if text.lower() in NOTHING:
        return Family(None, None, phone) if phone else None
    if trailing := _TRAILING_PHONE.fullmatch(text):
        text, phone = trailing["name"].strip(), phone or _dialled(trailing["phone"])
    if related := _RELATION.fullmatch(text.replace(" ", "")):
        return Family(related["name"], related["relation"], phone)
    return Family(text.replace(" ", "") or None, None, phone)


def read_address(cell: Cell) -> Address | None:
    """An address and, where the writing shows it, its building and room: ``…28号101室``, ``…5栋2单元301``,
    ``…3号楼1202``.
    """
    text = squeeze(cell)
    if text.lower() in NOTHING:
        return None
    if split := _BUILDING.fullmatch(text):
        return Address(text, split["building"], split["room"].lstrip("-—"))
    return Address(text, text if re.search(r"\d(?:号楼|号院|[号#幢栋座])$", text) else None, None)


def _split_destination(text: str) -> Destination:
    parts = [part for part in _PARTS.split(text) if part]
    places = [part for part in parts if not _WHY.search(part)]
    reasons = [part for part in parts if _WHY.search(part)]
    return Destination(text, "".join(places) or None, "、".join(reasons) or None)


@lru_cache(maxsize=4096, typed=True)
def read_destination(cell: Cell) -> Destination | None:
    """``随子女居住·深圳市南山区`` in either order, or only one of the two: what gives no reason is the place."""
    text = clean(cell)
    return None if text.lower() in NOTHING else _split_destination(text)
