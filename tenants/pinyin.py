"""How names sound, for lists: Chinese readers look for a name where its pinyin stands."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

#: Characters that are read in another way where they are somebody's family name.
_FAMILY_NAMES = {
    "曾": "zeng1", "单": "shan4", "解": "xie4", "仇": "qiu2", "任": "ren2", "华": "hua4", "查": "zha1", "盖": "ge3",
    "区": "ou1", "朴": "piao2", "翟": "zhai2", "宁": "ning4", "覃": "qin2", "乐": "yue4", "召": "shao4", "缪": "miao4",
    "尉": "wei4", "种": "chong2", "秘": "bi4", "折": "she2", "员": "yun4", "纪": "ji3", "应": "ying1", "燕": "yan1",
}  # fmt: skip


@lru_cache(maxsize=4096)
def sound(name: str, *, person: bool = False) -> str:
    """What to order a name by: its syllables with their tones, letters and digits as they are; "zhen1 guan3 li3".

    Of a `person` the first character is read as a family name.
    """
    from pypinyin import Style, lazy_pinyin  # slow to import

    syllables = lazy_pinyin(name, style=Style.TONE3)
    if person and name[:1] in _FAMILY_NAMES:
        syllables = [_FAMILY_NAMES[name[0]], *lazy_pinyin(name[1:], style=Style.TONE3)]
    return " ".join(syllables).lower()


def spelled(name: str, taken: Collection[str] = (), *, most: int = 40) -> str:
    """The letters of a name's sound, for an address: "区住建委" is "quzhujianwei"; with a number where that is taken.

    At most `most` characters, beginning with a letter.
    """
    syllables = (re.sub(r"[1-5]$", "", syllable) for syllable in sound(name).split())
    letters = re.sub(r"[^a-z0-9]+", "", "".join(syllables)).lstrip("0123456789")[: most - 3] or "unit"
    numbered = (f"{letters}-{number}" for number in range(2, len(taken) + 2))
    return next(slug for slug in (letters, *numbered) if slug not in taken)
