"""The fixed corpus of the relevance set: passages made from our own sentences by a fixed rule, and written ones."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from search.sources import PUBLIC, Document

_HERE = Path(__file__).parent

#: The district's tenants: address on the site -> name.
PLACES = {
    "zhongcang": "中仓街道",
    "xinhua": "新华街道",
    "beiyuan": "北苑街道",
    "yuqiao": "玉桥街道",
    "luyuan": "潞源街道",
    "tongyun": "通运街道",
    "wenjing": "文景街道",
    "jiukeshu": "九棵树街道",
    "linheli": "临河里街道",
    "yangzhuang": "杨庄街道",
    "luyi": "潞邑街道",
    "yongshun": "永顺镇",
    "liyuan": "梨园镇",
    "songzhuang": "宋庄镇",
    "zhangjiawan": "张家湾镇",
    "huoxian": "漷县镇",
    "majuqiao": "马驹桥镇",
    "xiji": "西集镇",
    "taihu": "台湖镇",
    "yongledian": "永乐店镇",
    "lucheng": "潞城镇",
    "yujiawu": "于家务回族乡",
}


@dataclass(frozen=True)
class Judged:
    """A passage and what a judge knows of it."""

    name: str
    document: Document
    topic: str = ""
    place: str = ""
    mentions: frozenset[str] = frozenset()  # topics and places it speaks of in passing


def read(name: str) -> dict[str, Any]:
    """A file of the relevance set."""
    with (_HERE / name).open("rb") as file:
        return tomllib.load(file)


@cache
def passages() -> tuple[Judged, ...]:
    """Every passage, always the same."""
    topics = read("topics.toml")
    names = list(topics)
    places = list(PLACES)
    found: list[Judged] = []
    for p in range(len(places)):
        for t in range(len(names)):
            found.append(_made(topics, names, places, p, t))
    found += [_written(name, given) for name, given in read("written.toml").items()]
    return tuple(found)


def _made(topics: dict[str, Any], names: list[str], places: list[str], p: int, t: int) -> Judged:
    place, topic = places[p], names[t]
    given = topics[topic]
    turn = p * 7 + t * 5
    aside, aside_too = names[(t + 5 + p) % len(names)], names[(t + 11 + 2 * p) % len(names)]
    neighbour = places[(p + 7) % len(places)]
    sentences = given["sentences"]
    said = [sentences[(turn + i) % len(sentences)] for i in range(3)]
    parts = [given["leads"][turn % len(given["leads"])].format(place=PLACES[place]), *said]
    mentions = set()
    if turn % 2 == 0 and aside != topic:
        parts.append(topics[aside]["mention"])
        mentions.add(aside)
    if turn % 3 == 0 and aside_too != topic:
        parts.append(topics[aside_too]["mention"])
        mentions.add(aside_too)
    if turn % 4 == 0:
        parts.append(f"做法参考了{PLACES[neighbour]}的经验。")
        mentions.add(neighbour)
    name = f"{topic}/{place}"
    return Judged(
        name,
        Document(
            id=_id(name),
            title=given["titles"][turn % 3].format(place=PLACES[place]),
            body="".join(parts),
            kind=given["kind"],
            access=PUBLIC,
            labels=(PLACES[place],),
            tenant=place,
            date=datetime(2019 + turn % 7, 1 + turn % 12, 1 + turn % 28, tzinfo=UTC),
        ),
        topic,
        place,
        frozenset(mentions),
    )


def _written(name: str, given: dict[str, Any]) -> Judged:
    code = given.get("code", "")
    return Judged(
        name,
        Document(
            id=_id(name),
            title=given["title"],
            body="".join([code, "。" if code else "", given["body"]]),
            kind=given["kind"],
            access=PUBLIC,
            labels=(code,) if code else (),
            date=datetime(given["year"], 6, 1, tzinfo=UTC),
        ),
    )


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"relevance/{name}")
