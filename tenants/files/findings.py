"""What a document holds besides what its reader sees: named before it becomes public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tenants.rules import N_


class Trace(StrEnum):
    """A kind of thing that is in a document and not in sight; the order is that in which they are told."""

    HIDDEN_TEXT = "hidden_text"
    REVISIONS = "revisions"
    COMMENTS = "comments"
    HIDDEN_SHEETS = "hidden_sheets"
    HIDDEN_CELLS = "hidden_cells"
    HIDDEN_SLIDES = "hidden_slides"
    NOTES = "notes"
    HIDDEN_OBJECTS = "hidden_objects"
    CROPPED = "cropped"
    HIDDEN_LAYERS = "hidden_layers"
    CHART_DATA = "chart_data"
    PIVOT_DATA = "pivot_data"
    EMBEDDED = "embedded"
    OUTSIDE = "outside"
    PEOPLE = "people"
    PLACES = "places"
    PROPERTIES = "properties"
    PATHS = "paths"
    #: Nobody here can see into it.
    OPAQUE = "opaque"


SENTENCES: Mapping[Trace, str] = {
    Trace.HIDDEN_TEXT: N_("隐藏的文字 %(n)s 处"),
    Trace.REVISIONS: N_("修订痕迹 %(n)s 处，能看到删掉和改动的内容"),
    Trace.COMMENTS: N_("批注 %(n)s 条"),
    Trace.HIDDEN_SHEETS: N_("隐藏的工作表 %(n)s 张"),
    Trace.HIDDEN_CELLS: N_("隐藏的行或列 %(n)s 处，里面有内容"),
    Trace.HIDDEN_SLIDES: N_("隐藏的幻灯片 %(n)s 张"),
    Trace.NOTES: N_("演讲者备注 %(n)s 页"),
    Trace.HIDDEN_OBJECTS: N_("隐藏的图形或图片 %(n)s 个"),
    Trace.CROPPED: N_("裁剪过的图片 %(n)s 张，裁掉的部分还在文件里"),
    Trace.HIDDEN_LAYERS: N_("隐藏的图层 %(n)s 个"),
    Trace.CHART_DATA: N_("图表背后的整张数据表 %(n)s 份"),
    Trace.PIVOT_DATA: N_("数据透视表带着的原始数据 %(n)s 份"),
    Trace.EMBEDDED: N_("嵌在里面的其他文件 %(n)s 个"),
    Trace.OUTSIDE: N_("引用的外部图片、表格或数据 %(n)s 处"),
    Trace.PEOPLE: N_("文件属性、修改记录或照片里的姓名或单位 %(n)s 个"),
    Trace.PLACES: N_("照片里记着的拍摄地点 %(n)s 处"),
    Trace.PROPERTIES: N_("自定义的文件属性 %(n)s 项"),
    Trace.PATHS: N_("本机或内网的路径 %(n)s 处"),
    Trace.OPAQUE: N_("系统查不出这个文件里有没有隐藏内容，请打开检查"),
}

#: So many examples are kept, each so long.
_EXAMPLES, _LONGEST = 5, 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trace in a document: how often, and some of its words, names or places."""

    trace: Trace
    count: int = 1
    words: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What was found (a message id); its value `n` is `count`."""
        return SENTENCES[self.trace]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"trace": self.trace.value, "count": self.count, "words": list(self.words)}


def findings_of(plain: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Findings from JSON."""
    return tuple(Finding(Trace(one["trace"]), one["count"], tuple(one["words"])) for one in plain)


class Traces:
    """Collects what is found."""

    def __init__(self) -> None:
        self._counts: dict[Trace, int] = {}
        self._words: dict[Trace, dict[str, None]] = {}
        self._people: set[str] = set()

    def add(self, trace: Trace, words: str = "", count: int = 1) -> None:
        """Once more, with its words."""
        self._counts[trace] = self._counts.get(trace, 0) + count
        examples = self._words.setdefault(trace, {})
        if (tidy := " ".join(words.split())) and len(examples) <= _EXAMPLES:
            examples[tidy] = None

    def name(self, person: str | None) -> None:
        """A person or an organisation; each counts once."""
        tidy = " ".join((person or "").split())
        if tidy and tidy.lower() not in _NOBODY and tidy not in self._people:
            self._people.add(tidy)
            self.add(Trace.PEOPLE, tidy)

    def findings(self) -> tuple[Finding, ...]:
        """Everything, in the order in which it is told."""
        return tuple(
            Finding(trace, self._counts[trace], tuple(_shortened(self._words.get(trace, ()))))
            for trace in Trace
            if trace in self._counts
        )


#: Names that programs give themselves, and accounts that belong to nobody.
_NOBODY = frozenset(
    {
        "administrator", "apache poi", "microsoft office user", "openpyxl", "python-docx", "un-named", "unknown",
        "user", "wps office",
    }
)  # fmt: skip


def _shortened(words: Iterable[str]) -> list[str]:
    shown = [word if len(word) <= _LONGEST else word[:_LONGEST] + "……" for word in list(words)[: _EXAMPLES + 1]]
    return [*shown[:_EXAMPLES], "……"] if len(shown) > _EXAMPLES else shown
