"""How Chinese official documents are laid out: their code, title, numbered headings and closing lines.

The numbering is that of GB/T 9704 (党政机关公文格式): 一、 then （一） then 1. then （1）.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_NUMERAL = "一二三四五六七八九十百零〇"
_LEVELS = (
    (2, re.compile(rf"第?[{_NUMERAL}]{{1,4}}(?:、|[章节编](?=\s|、|[^{_NUMERAL}]))")),
    (3, re.compile(rf"[（(][{_NUMERAL}]{{1,4}}[）)]")),
    (4, re.compile(r"[0-9０-９]{1,2}(?:[.．](?![0-9０-９])|、)")),
)
_CODE = re.compile(
    r"(?P<issuer>[\u4e00-\u9fff]{1,15}?(?:[（(][\u4e00-\u9fff]{1,6}[）)][\u4e00-\u9fff]{1,8})?)\s*[〔\[［(（【]\s*(?P<year>(?:19|20)\d\d)\s*[〕\]］)）】]\s*第?\s*(?P<number>\d{1,5})\s*号"
)
#: What a title of an official document ends with.
_TITLE_END = re.compile(
    r"(?:意见|通知|通报|通告|公告|公报|决定|决议|办法|方案|规定|规划|规则|细则|条例|报告|请示|批复|函|纪要|要点|计划|总结"
    r"|指南|导则|解读|说明|简介|命令|公示)(?:[（(《〈].{1,15}[）)》〉])?$"
)
_SENTENCE = re.compile(r"[。！？；!?;]")
_DATE = re.compile(
    rf"(?:\d{{4}}|[{_NUMERAL}○Ｏ]{{4}})\s*年\s*[\d{_NUMERAL}]{{1,3}}\s*月(?:\s*[\d{_NUMERAL}]{{1,3}}\s*日)?"
)
#: 机关 and 文件 in red on top, with what stands around the number, and the star in the line under it.
_MASTHEAD = re.compile(
    r"[\u4e00-\u9fff（）()]{0,40}文件|(?:签发人|份号|密级|保密期限|紧急程度)[：:].{0,30}|特急|加急|急件|平急|特提"
    r"|(?:绝密|机密|秘密|内部)(?:★.{0,8})?|\d{6}|[★☆]+"
)
#: A text that is not final yet, or not for good, says so under its title.
_DRAFT = re.compile(r"[（(〔\[]\s*[\u4e00-\u9fff]{0,8}(?:稿|草案|试行|暂行|修订|修订版)\s*[）)〕\]]")
#: What follows the signature: 附注, 抄送 and 印发 with their kin.
_BELOW = re.compile(
    r"[（(]?\s*(?:联\s*系|咨询|电话|传真|邮箱|地址|抄\s*送|抄\s*报|分送|主送|此件|附[件表图注])|.{0,40}印发[）)]?$"
)
_ANNEX = re.compile(r"附[件表图][0-9０-９一二三四五六七八九十]{0,2}[：:]")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_ISSUER = re.compile(r"(?:政府|办公室|委员会|局|街道办事处|办事处|管委会|工作组|分局|中心|委)$")
_CLOSES = re.compile(r"[。！？；：…”）》.!?;:]$")
LONGEST_HEADING = 40
LONGEST_TITLE_LINE = 45


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph as read: its words and what its place on the page says."""

    text: str
    after_gap: bool = False
    #: Set to the right, or pushed there by blanks.
    right: bool = False


def document_code(text: str) -> str | None:
    """The code in `text` (发文字号), written the official way: 通政办发〔2021〕10号."""
    found = _CODE.search(text.translate(_DIGITS))
    if not found:
        return None
    issuer = found["issuer"].replace("(", "（").replace(")", "）")
    return f"{issuer}〔{found['year']}〕{found['number']}号"


def beside_code(text: str) -> str | None:
    """What stands beside the code in a line that is there for the code (签发人：王某); None for any other line."""
    plain = text.translate(_DIGITS)
    found = _CODE.search(plain)
    if not found or len(plain) > len(found[0]) + 12:
        return None
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def is_masthead(text: str) -> bool:
    """Whether a line beside the code belongs to the red head."""
    return _MASTHEAD.fullmatch("".join(text.split())) is not None


def is_issuer(text: str) -> bool:
    """Whether a line is the name of a body that issues documents, and no more."""
    plain = "".join(text.split())
    return len(plain) <= LONGEST_HEADING and bool(_ISSUER.search(plain)) and not _SENTENCE.search(plain)


def is_title(lines: Sequence[str]) -> bool:
    """Whether lines end as a title of an official document does."""
    return bool(_TITLE_END.search("".join(lines)))


def is_annex_mark(text: str) -> bool:
    """Whether a line says only that what follows is an annex, and which: 附件1."""
    return re.fullmatch(r"附[件表录]\s*[0-9０-９一二三四五六七八九十]{0,2}\s*[：:]?", text) is not None


def is_draft_mark(text: str) -> bool:
    """Whether a line says only that the text under it is a draft, or on trial."""
    return _DRAFT.fullmatch(text) is not None


def draft_mark(title: str) -> str:
    """The words at the end of a title that say it is a draft: （征求意见稿）. Empty for none."""
    marks = [mark for mark in _DRAFT.findall(title) if title.endswith(mark) and ("稿" in mark or "草案" in mark)]
    return marks[0] if marks else ""


def level_of(text: str) -> int | None:
    """The heading level (2 to 4) that the number before `text` stands for; None without a number."""
    return next((level for level, pattern in _LEVELS if pattern.match(text)), None)


def is_heading(text: str) -> bool:
    """Whether a numbered line names what follows; a sentence does not."""
    return (
        level_of(text) is not None
        and len(text) <= LONGEST_HEADING
        and not _SENTENCE.search(text)
        and not text.endswith(("：", ":", "，", ",", "、"))
    )


def headings(lines: Sequence[Line]) -> list[int | None]:
    """The heading level of each line, None for ordinary ones.

    Numbered short lines that follow each other with nothing between are a list, not headings; nor are the names of
    annexes under 附件：.
    """
    levels: list[int | None] = []
    in_annexes = False
    for line in lines:
        in_annexes = bool(_ANNEX.match(line.text)) or (in_annexes and level_of(line.text) == 4)
        levels.append(level_of(line.text) if is_heading(line.text) and not in_annexes else None)
    kept: list[int | None] = []
    for level, run in groupby(levels):
        length = len(list(run))
        kept += [level if length == 1 else None] * length
    if kept:
        kept[-1] = None  # nothing follows that it could head
    return kept


def title(lines: Sequence[Line]) -> list[str]:
    """The lines from the first on that are the title; a draft mark under it belongs to it."""
    found: list[str] = []
    for line in lines[:6]:
        if found and is_draft_mark(line.text):
            return [*found, line.text]
        if found and (line.after_gap or len(found) == 5 or _TITLE_END.search("".join(found))):
            break
        if (
            len(line.text) > LONGEST_TITLE_LINE
            or _SENTENCE.search(line.text if found else line.text.rstrip("？！?!"))
            or line.text.endswith(("：", ":"))
        ):
            break
        if level_of(line.text) or (found and not _goes_on(lines)):
            break
        found.append(line.text)
    return found


def _goes_on(lines: Sequence[Line]) -> bool:
    """Whether the title has more than one line: it ends in a title's word, or at a gap."""
    text = ""
    for number, line in enumerate(lines[:5]):
        if number and line.after_gap:
            return True
        text += line.text
        if _TITLE_END.search(text):
            return True
    return False


def join(lines: Sequence[str]) -> str:
    """Lines as one; a space only between words of an alphabet."""
    whole = ""
    for line in lines:
        apart = whole and line and whole[-1].isascii() and line[0].isascii()
        whole += (" " if apart and whole[-1].isalnum() and line[0].isalnum() else "") + line
    return whole


def closing(lines: Sequence[Line]) -> slice:
    """Which lines are the closing ones: the issuing body, the date. 联系人 and 抄送 may stand below them."""
    end = len(lines)
    while end and len(lines) - end < 6 and _BELOW.match(lines[end - 1].text) and len(lines[end - 1].text) <= 80:
        end -= 1
    return _closing(lines, end) or _closing(lines, len(lines)) or slice(0)


def _closing(lines: Sequence[Line], end: int) -> slice | None:
    start = end
    while start > max(0, end - 4):
        line = lines[start - 1]
        short = len(line.text) <= 40 and not _SENTENCE.search(line.text)
        dated = bool(_DATE.match(line.text))
        issuer = (line.after_gap or start < end) and _ISSUER.search(line.text)
        if not short or not (line.right or dated or issuer):
            break
        start -= 1
    return slice(start, end) if 0 < start < end else None


def unwrapped(lines: Sequence[Line]) -> list[Line]:
    """Paragraphs that were broken at a fixed width, whole again; other texts stay as they are."""
    lengths = sorted(len(line.text) for line in lines)
    width = lengths[-1] if lengths else 0
    full = sum(length >= width - 3 for length in lengths)
    if width > 60 or width < 20 or full < 4 or full < len(lines) * 0.4:
        return list(lines)
    whole: list[Line] = []
    open_line = False
    for line in lines:
        if open_line and not line.after_gap and level_of(line.text) is None and not line.right:
            before = whole.pop()
            line = Line(join([before.text, line.text]), before.after_gap, before.right)
            ends = len(line.text) - len(before.text) < width - 3
        else:
            ends = len(line.text) < width - 3
        whole.append(line)
        open_line = not ends and not _CLOSES.search(line.text)
    return whole


def summary(paragraphs: Sequence[str], most: int = 120) -> str:
    """The first sentences of the first real paragraph, at most `most` characters."""
    for text in paragraphs:
        if len(text) < 15 or text.endswith(("：", ":")) or re.fullmatch(r"[（(][^（()）]*[）)]", text):
            continue
        if len(text) <= most:
            return text
        cut = max(text.rfind(mark, 0, most) for mark in "。！？")
        if cut >= 15:
            return text[: cut + 1]
        cut = max(text.rfind(mark, 0, most - 1) for mark in "，；、")
        return text[: cut if cut >= 15 else most - 1] + "…"
    return ""
