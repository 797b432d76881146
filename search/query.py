"""The query language for everyone: words, "an exact phrase" (also “ ” and 「 」), -without.

Any text is a query; nothing is an error. What cannot be understood is taken as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.analysis import HAN, pieces
from search.folding import fold

LONGEST = 200  # characters read of a query
MOST_CLAUSES = 16

#: A document's number after its issuing mark, in every way of writing it: 〔2021〕10号, (2021)第10号, 2021 10号.
_CODE = re.compile(
    rf"(?P<minus>(?<!\S)[-−–—])?(?P<mark>[{HAN}]{{2,30}}[发函办字文令规])?"
    r"\s*[〔\[(【<]?\s*(?P<year>(?:19|20)\d\d)\s*[〕\])】>]?"
    rf"[\s_-]*第?\s*(?P<serial>\d{{1,4}})\s*号(?![{HAN}])"
)
#: A day or a month in figures; in texts and on pages they are written 2026年3月23日.
_DATE = re.compile(
    r"(?<![\w.])(?<![\w.]-)(?P<year>(?:19|20)\d\d)(?P<apart>[-/.])0?(?P<month>1[0-2]|[1-9])"
    r"(?:(?P=apart)0?(?P<day>3[01]|[12]\d|[1-9]))?(?![\w./-])"
)
_QUOTED = re.compile(
    r"(?P<minus>(?<!\S)[-−–—])?"
    r"(?:[\"“”](?P<a>[^\"“”]*)[\"“”]|「(?P<b>[^」]*)」|『(?P<c>[^』]*)』)"
)
_MINUS = "-−–—"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for. `text` is folded; `exact` asks for the passage as it stands."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks for, and what they want without."""

    wanted: tuple[Clause, ...] = ()
    unwanted: tuple[Clause, ...] = ()

    @property
    def blank(self) -> bool:
        """Nothing is asked for: everything matches (except what is unwanted)."""
        return not self.wanted

    @property
    def key(self) -> str:
        """The same for queries that ask the same: by it pins and counts are kept."""
        shown = [f'"{c.text}"' if c.exact else c.text for c in self.wanted]
        return " ".join([*shown, *(f'-"{c.text}"' if c.exact else f"-{c.text}" for c in self.unwanted)])


def parse(text: str) -> Query:
    """Read a query. Never fails; reads at most `LONGEST` characters and `MOST_CLAUSES` clauses."""
    folded = fold(text[:LONGEST])[:LONGEST]
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    position = 0
    for match in _QUOTED.finditer(folded):
        _read_words(folded[position : match.start()], wanted, unwanted)
        phrase = match["a"] or match["b"] or match["c"] or ""
        _add(unwanted if match["minus"] else wanted, phrase, exact=True)
        position = match.end()
    _read_words(folded[position:], wanted, unwanted)
    return Query(tuple(wanted[:MOST_CLAUSES]), tuple(unwanted[:MOST_CLAUSES]))


def _read_words(text: str, wanted: list[Clause], unwanted: list[Clause]) -> None:
    position = 0
    for match in _CODE.finditer(text):
        _read_plain(text[position : match.start()], wanted, unwanted)
        mark, number = match["mark"] or "", f"{match['year']} {match['serial']}号"
        if match["minus"]:
            _add(unwanted, f"{mark}{number}", exact=True)
        else:
            # other words may stand before the mark without a space: it is read as words, the number as it stands
            _add(wanted, mark, exact=False)
            _add(wanted, number, exact=True)
        position = match.end()
    _read_plain(text[position:], wanted, unwanted)


def _read_plain(text: str, wanted: list[Clause], unwanted: list[Clause]) -> None:
    for word in _DATE.sub(_written_date, text).split():
        if word[0] in _MINUS and len(word) > 1:
            _add(unwanted, word[1:], exact=False)
        else:
            _add(wanted, word, exact=False)


def _written_date(match: re.Match[str]) -> str:
    day = f"{match['day']}日" if match["day"] else ""
    return f"{match['year']}年{match['month']}月{day}"


def _add(clauses: list[Clause], text: str, *, exact: bool) -> None:
    """Keep a clause that has something to look for, once."""
    clause = Clause(" ".join(text.split()), exact)
    if any(pieces(clause.text)) and clause not in clauses:
        clauses.append(clause)
