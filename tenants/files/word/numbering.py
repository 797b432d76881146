"""The automatic numbers of a Word file, counted as Word counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tenants.files.word.package import Element, attribute, child, children, switched, value
from tenants.files.word.styles import Styles

_DIGITS = "〇一二三四五六七八九"
_CYCLES = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
}
#: The first of a run of characters, and how many there are.
_RUNS = {
    "decimalEnclosedCircle": ("①", 20),
    "decimalEnclosedCircleChinese": ("①", 20),
    "decimalEnclosedParen": ("⑴", 20),
    "decimalEnclosedFullstop": ("⒈", 20),
}
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_LEGAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_MOST = 9_999


def chinese(number: int) -> str:
    """A number up to 9,999 in Chinese characters: 12 is 十二, 105 is 一百零五."""
    if number == 0:
        return "零"
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return words.removeprefix("一") if 10 <= number < 20 else words


def written(number: int, form: str) -> str:
    """A number in a form of `w:numFmt`; in digits for a form unknown here."""
    if not 0 <= number <= _MOST:
        return str(number)
    if form == "none":
        return ""
    if form in _CYCLES:
        cycle = _CYCLES[form]
        return cycle[(number - 1) % len(cycle)]
    if form in _RUNS:
        first, most = _RUNS[form]
        return chr(ord(first) + number - 1) if 1 <= number <= most else str(number)
    if form == "decimalZero":
        return f"{number:02}"
    if form.startswith("decimalFullWidth"):
        return str(number).translate({ord("0") + n: ord("０") + n for n in range(10)})
    if form in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        legal = chinese(number).translate(_LEGAL)
        return f"壹{legal}" if legal.startswith("拾") else legal
    if "Counting" in form:
        return chinese(number)
    if form in ("upperLetter", "lowerLetter") and number:
        letters = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form.startswith("upper") else letters.lower()
    if form in ("upperRoman", "lowerRoman"):
        roman, left = "", number
        for unit, name in _ROMAN:
            roman += name * (left // unit)
            left %= unit
        return roman if form.startswith("upper") else roman.lower()
    return str(number)


@dataclass(frozen=True, slots=True)
class Label:
    """What Word writes before a paragraph of a list."""

    #: The number as it is shown: `（一）`. Empty for a bullet.
    text: str
    #: The list that is counted through, and the level in it from 0.
    series: str
    level: int
    number: int
    bullet: bool
    #: Whether an ordered list of a web page shows it the same: `1.`
    plain: bool


class Numbering:
    """Counts the numbers of one document, paragraph by paragraph in its order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._numbers = {attribute(n, "w:numId") or "": n for n in children(root, "w:num")}
        self._lists = {attribute(n, "w:abstractNumId") or "": n for n in children(root, "w:abstractNum")}
        self._counts: dict[str, dict[int, int]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def label(self, properties: Element | None) -> Label | None:
        """The label of the next paragraph with these properties (`w:pPr`); None when it has none."""
        number_id, level = self._place(properties)
        number = self._numbers.get(number_id)
        series = self._series(number)
        definition = self._level(number, series, level)
        if definition is None:
            return None
        count = self._count(number_id, number, series, level, definition)
        form = value(definition, "w:numFmt") or "decimal"
        pattern = value(definition, "w:lvlText") or ""
        if switched(child(definition, "w:rPr", "w:vanish")):
            return None
        if form == "bullet":
            return Label("", series, level, count, bullet=True, plain=False) if pattern else None
        legal = switched(child(definition, "w:isLgl"))

        def filled(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = self._level(number, series, at)
            shape = "decimal" if legal else value(other, "w:numFmt") or "decimal"
            return written(self._counts[series].get(at, self._start(other)), shape)

        text = re.sub(r"%([1-9])", filled, pattern).strip()
        plain = form == "decimal" and bool(re.fullmatch(r"%[1-9][.．、]?", pattern.strip()))
        return Label(text, series, level, count, bullet=False, plain=plain) if text else None

    def _place(self, properties: Element | None) -> tuple[str, int]:
        own = child(properties, "w:numPr")
        number_id, level = value(own, "w:numId"), value(own, "w:ilvl")
        for style in self._styles.lineage(value(properties, "w:pStyle")):
            given = child(style, "w:pPr", "w:numPr")
            number_id = number_id or value(given, "w:numId")
            level = level or value(given, "w:ilvl") or self._level_of(number_id, attribute(style, "w:styleId"))
        return number_id or "", int(level) if level and level.isdecimal() else 0

    def _level_of(self, number_id: str | None, style_id: str | None) -> str | None:
        """The level that a list keeps for a style."""
        abstract = self._lists.get(self._series(self._numbers.get(number_id or "")))
        levels = children(abstract, "w:lvl")
        return next((attribute(lv, "w:ilvl") for lv in levels if value(lv, "w:pStyle") == style_id), None)

    def _series(self, number: Element | None) -> str:
        series = value(number, "w:abstractNumId") or ""
        linked = value(self._lists.get(series), "w:numStyleLink")
        if linked:
            for style in self._styles.lineage(linked)[:1]:
                named = self._numbers.get(value(style, "w:pPr", "w:numPr", "w:numId") or "")
                return value(named, "w:abstractNumId") or series
        return series

    def _override(self, number: Element | None, level: int) -> Element | None:
        overrides = children(number, "w:lvlOverride")
        return next((o for o in overrides if attribute(o, "w:ilvl") == str(level)), None)

    def _level(self, number: Element | None, series: str, level: int) -> Element | None:
        own = child(self._override(number, level), "w:lvl")
        if own is not None:
            return own
        levels = children(self._lists.get(series), "w:lvl")
        return next((lv for lv in levels if attribute(lv, "w:ilvl") == str(level)), None)

    @staticmethod
    def _start(definition: Element | None) -> int:
        start = value(definition, "w:start") or "1"
        return int(start) if start.isdecimal() else 1

    def _count(
        self, number_id: str, number: Element | None, series: str, level: int, definition: Element
    ) -> int:
        counts = self._counts.setdefault(series, {})
        restart = value(self._override(number, level), "w:startOverride")
        if restart and restart.isdecimal() and (number_id, level) not in self._restarted:
            counts[level] = int(restart)
        else:
            counts[level] = counts[level] + 1 if level in counts else self._start(definition)
        self._restarted.add((number_id, level))
        for deeper in [at for at in counts if at > level]:
            again = value(self._level(number, series, deeper), "w:lvlRestart")
            if again != "0" and not (again and again.isdecimal() and level >= int(again)):
                del counts[deeper]
        return counts[level]
