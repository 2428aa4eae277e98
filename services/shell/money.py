"""Amounts as people write them and as a receipt writes them: 人民币大写, which no stroke of the pen can change."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")


def fen_of(yuan: str) -> int:
    """`17.10` (yuan, as people write it) in fen. ValueError if it is no amount."""
    whole, _dot, rest = yuan.replace(",", "").replace("元", "").strip().partition(".")
    if not (whole + rest).isdigit() or len(rest) > 2:
        raise ValueError(yuan)
    return int(whole or "0") * 100 + int(rest.ljust(2, "0") or "0")


def in_capitals(fen: int) -> str:
    """`1710` -> 人民币壹拾柒元壹角整. Source: 支付结算办法, annex 1: one 零 for any run of noughts, 整 after 元 or 角.

    Negative amounts begin with 负. ValueError above 9,999,999,999,999,999 yuan.
    """
    sign, fen = ("负" if fen < 0 else ""), abs(fen)
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    if yuan >= 10**16:
        raise ValueError(f"{fen} fen are more than a receipt can say")
    words = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif last and yuan:
        words += "零"
    words += f"{_DIGITS[last]}分" if last else "整"
    return f"人民币{sign}{words if yuan or rest else '零元整'}"


def _whole(yuan: int) -> str:
    words, pending = "", False
    for group in range(len(_GROUPS) - 1, -1, -1):
        part = yuan // 10 ** (4 * group) % 10_000
        if not part:
            pending = bool(words)
            continue
        for place in range(3, -1, -1):
            digit = part // 10**place % 10
            if not digit:
                pending = bool(words)
                continue
            words += ("零" if pending else "") + _DIGITS[digit] + _PLACES[place]
            pending = False
        words += _GROUPS[group]
        pending = bool(words) and part % 10 == 0
    return words
