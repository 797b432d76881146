"""Names that residents show: anything a neighbour may be called, nothing that passes for an office."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from opencc import OpenCC

from tenants.rules import N_, Refusal

MIN_LENGTH, MAX_LENGTH = 2, 20
#: Shown instead of the name of an account that was deleted while its comments stay.
DELETED_NAME = "已注销的居民"
#: What makes a reader think that an authority speaks.
_OFFICIAL = (
    "官方", "政府", "街道办", "办事处", "管委会", "工作组", "办公室", "委办局", "规自", "规划局", "规划和自然资源",
    "区委", "市委", "镇委", "党委", "党工委", "书记", "区长", "镇长", "乡长", "市长", "公安", "派出所", "城管",
    "管理员", "客服", "版主", "责任双师", "责任规划师", "责任建筑师", "总规划师", "新芽小编", "新芽平台", "已注销",
    "official", "government", "admin", "moderator", "xinya",
)  # fmt: skip
_LETTERS = ("L", "N")
_INSIDE = " ·-_."


def tidy(name: str) -> str:
    """The name with single spaces and none around it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def objection(name: str, offices: Iterable[str]) -> Refusal | None:
    """Why a display name is not accepted. `offices`: names of tenants and bureaus, full and short."""
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        return Refusal(N_("显示名应为 %(min)s 到 %(max)s 个字。"), {"min": MIN_LENGTH, "max": MAX_LENGTH})
    if not all(c in _INSIDE or unicodedata.category(c)[0] in _LETTERS for c in name):
        return Refusal(N_("显示名只能用文字、数字、空格和连接号。"))
    read = _as_read(name)
    if not any(c.isalpha() for c in read):
        return Refusal(N_("显示名里要有文字，不能只是数字。"))
    taken = [*map(_as_read, _OFFICIAL), *(w for w in map(_as_read, offices) if len(w) > 1)]
    if any(word in read for word in taken):
        return Refusal(N_("这个名字会让人以为是单位或工作人员，请换一个。"))
    return None


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _as_read(name: str) -> str:
    """What a hurried reader takes a name for: no width, case, tradition, space or mark makes a difference."""
    plain: str = _converter().convert(unicodedata.normalize("NFKC", name)).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] in _LETTERS)
