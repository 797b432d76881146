"""Personal numbers in what residents write: found and masked before anything is stored.

Phone, identity-card and bank-card numbers, in half- or full-width digits, with spaces or dashes between.
Years, amounts, dates and document codes are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MARK = "*"


class Kind(StrEnum):
    """What was found."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    IDENTITY_CARD = "identity_card"
    BANK_CARD = "bank_card"
    EMAIL = "email"


@dataclass(frozen=True)
class Finding:
    """A personal number in a text: `text[start:end]`."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """A text with its personal numbers masked, as long as before, and what was found where."""

    text: str
    findings: tuple[Finding, ...]


# one character per character, so that positions stay true
_NARROW = str.maketrans(
    "０１２３４５６７８９ＸｘＫ＋－—–‐‑−ー．＠（）\u3000\u00a0\t",
    "0123456789XxK+-------.@()   ",
)
_GAP = r"[ -]{0,2}"
#: Digits with at most two blanks or dashes between; the last may be an X. Not the decimals of a number.
_RUN = re.compile(rf"(?<!\d)(?<!\d\.)\+?\d(?:{_GAP}\d)*(?:{_GAP}[Xx](?![0-9A-Za-z]))?(?!\.\d)")
_AREA_CODE = re.compile(r"\((\+?86|0\d{2,3})\)")
#: What makes a number an amount.
_MONEY_BEFORE, _UNIT_BEHIND = re.compile(r"[¥￥$] ?$"), re.compile(r" ?(?:元|亿|万元|万平|平方|㎡)")
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", re.ASCII
)

_MOBILE = re.compile(r"(?:0086|86)?1[3-9]\d{9}")
_BANK_CARD = re.compile(r"(?:4|5|6[025]|3[57])\d{13,17}")
_LANDLINE = re.compile(r"(?:0086|86)?0?(?:10|2[0-57-9]|[3-9]\d{2})[2-8]\d{6,7}")
_EXTENSION = re.compile(r"(?<=\d{7})[ -]\d{1,5}$")
_SERVICE = re.compile(r"[48]00\d{7}")
#: A number without area code counts behind a word for telephone.
_LOCAL = re.compile(r"[3-8]\d{6,7}")
_TELEPHONE = re.compile(r"(?:电话|座机|手机|联系我|致电|打给我|tel|phone)[^0-9\n]{0,6}$", re.IGNORECASE)
#: Digits of the longest number with its country code: no row of pieces beyond can be one.
_LONGEST = 23
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: First digit of the region, code of the province.
_PROVINCES = frozenset(
    str(n)
    for codes in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for n in range(*codes)
)


def find(text: str, *, emails: bool = False) -> list[Finding]:
    """The personal numbers in `text`, in order, none overlapping. `emails`: e-mail addresses too."""
    narrow = _AREA_CODE.sub(r" \1 ", text.translate(_NARROW))
    found = [finding for run in _RUN.finditer(narrow) for finding in _in_run(narrow, run)]
    if emails:
        addresses = [Finding(Kind.EMAIL, m.start(), m.end()) for m in _EMAIL.finditer(narrow)]
        # 13800138000@139.com is an address
        found = [f for f in found if not any(a.start <= f.start < a.end for a in addresses)] + addresses
    return sorted(found, key=lambda f: f.start)


def mask(text: str, *, emails: bool = False) -> Masked:
    """`text` with its personal numbers masked; three digits in front and two behind stay, so its author knows which."""
    characters = list(text)
    findings = find(text, emails=emails)
    for finding in findings:
        _cover(characters, finding)
    return Masked("".join(characters), tuple(findings))


def _in_run(text: str, run: re.Match[str]) -> Iterator[Finding]:
    """What a run of digits holds: one number as a whole, or several numbers apart by blanks."""
    # "13800138000 13900139000": from each piece on, the longest row of pieces that is a number.
    # Dashes hold a code together: no part of 2111-110112-04-01-123456 is taken for something else.
    pieces = [(run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"[^ ]+", run.group())]
    i = 0
    while i < len(pieces):
        for j in range(min(len(pieces), i + _LONGEST), i, -1):
            start, end = pieces[i][0], pieces[j - 1][1]
            if kind := _kind(text, start, end):
                yield Finding(kind, start, end)
                i = j
                break
        else:
            i += 1


def _kind(text: str, start: int, end: int) -> Kind | None:
    """What kind of number `text[start:end]` is, taken as a whole."""
    raw = text[start:end]
    digits = re.sub(r"[ +-]", "", raw).upper()
    if (
        not 7 <= len(digits) <= _LONGEST
        or _UNIT_BEHIND.match(text, end)
        or _MONEY_BEFORE.search(text[:start][-2:])
    ):
        return None
    if _is_identity_card(digits):
        return Kind.IDENTITY_CARD
    if not digits.isdigit():
        return None
    if _MOBILE.fullmatch(digits) and _spoken(raw):
        return Kind.MOBILE
    if start and text[start - 1].isascii() and text[start - 1].isalpha():
        return None  # the digits of a code; but "wx13800138000" is somebody's number
    if _BANK_CARD.fullmatch(digits) and _luhn(digits) and len(set(digits)) > 2 and _spoken(raw):
        return Kind.BANK_CARD
    return Kind.LANDLINE if _is_landline(text, start, raw, digits) else None


def _spoken(raw: str) -> bool:
    """Whether blanks and dashes part a number as people do, in groups or one by one: 15 18 22 33 44 5 are houses."""
    groups = [len(group) for group in re.findall(r"\d+", re.sub(r"^(?:\+86|0086|86)[ -]", "", raw))]
    return min(groups) >= 3 or max(groups) == 1


def _is_landline(text: str, start: int, raw: str, digits: str) -> bool:
    """Area code and number, perhaps an extension; or a number alone behind a word for telephone."""
    if raw.startswith(("+86", "0")):
        return bool(_LANDLINE.fullmatch(re.sub(r"[ +-]", "", _EXTENSION.sub("", raw))))
    if _SERVICE.fullmatch(digits):
        return "-" in raw
    return bool(_LOCAL.fullmatch(digits) and _TELEPHONE.search(text[:start][-12:])) and _spoken(raw)


def _is_identity_card(digits: str) -> bool:
    """18 characters with a true check character, or the older 15 digits; region and birthday must be possible."""
    if digits[:2] not in _PROVINCES:
        return False
    if len(digits) == 15 and digits.isdigit():
        return _real_day("19" + digits[6:12])
    if len(digits) != 18 or not digits[:17].isdigit() or not _real_day(digits[6:14]):
        return False
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False))
    return digits[17] == "10X98765432"[total % 11]


def _real_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1880 <= day.year <= 2100


def _luhn(digits: str) -> bool:
    """The check of bank cards (ISO/IEC 7812)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


#: Characters left to see, in front and behind.
_SEEN = {
    Kind.MOBILE: (3, 2),
    Kind.LANDLINE: (3, 2),
    Kind.IDENTITY_CARD: (3, 1),
    Kind.BANK_CARD: (3, 2),
    Kind.EMAIL: (1, 0),
}


def _cover(characters: list[str], finding: Finding) -> None:
    narrow = "".join(characters[finding.start : finding.end]).translate(_NARROW)
    if finding.kind is Kind.EMAIL:
        narrow = narrow[: narrow.index("@")]
    places = [finding.start + i for i, c in enumerate(narrow) if c.isalnum()]
    front, behind = _SEEN[finding.kind]
    if country := re.match(r"\+?(?:00)?86(?=.{11})", narrow):
        front += len(country.group().lstrip("+")) if finding.kind is Kind.MOBILE else 0
    for i in places[front : len(places) - behind]:
        characters[i] = MARK
