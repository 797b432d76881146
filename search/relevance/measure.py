"""nDCG@10, MRR and recall of an engine over the relevance set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from search.engine import Engine, EngineRequest, answer, entry
from search.lexicon import shipped_synonyms
from search.query import parse
from search.ranking import plan
from search.relevance.corpus import Judged, passages
from search.sources import PUBLIC, Corpus, key

SOURCE = "relevance"
_DEPTH, _RECALL_DEPTH = 10, 50


@dataclass(frozen=True)
class Question:
    """A judged query: what is typed, and the grade (1 to 3) of every passage worth anything."""

    text: str
    grades: Mapping[str, int]


@dataclass(frozen=True)
class Answer:
    """How well an engine answered one query."""

    text: str
    ndcg: float
    reciprocal_rank: float
    recall: float
    first: str


@dataclass(frozen=True)
class Score:
    """Means over all queries, each between 0 and 1."""

    engine: str
    queries: int
    ndcg: float
    mrr: float
    recall: float
    answers: tuple[Answer, ...]


@cache
def questions() -> tuple[Question, ...]:
    """Every judged query (`queries.txt`)."""
    lines = (Path(__file__).parent / "queries.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        text, topic, place, says, single = ([c.strip() for c in line.split("|")] + [""] * 4)[:5]
        given = dict(pair.split("=") for pair in single.split(",") if pair)
        grades = {p.name: grade for p in passages() if (grade := _grade(p, topic, place, says))}
        grades.update({name: int(grade) for name, grade in given.items()})
        found.append(Question(text, grades))
    return tuple(found)


def _grade(passage: Judged, topic: str, place: str, says: str) -> int:
    """The rule by which a passage is judged; see the head of `queries.txt`."""
    on_topic, there = passage.topic == topic, passage.place == place
    if says:
        if says in passage.document.title + passage.document.body and (not place or there):
            return 3
        return 1 if on_topic else 0
    if topic and place:
        if on_topic and there:
            return 3
        return int(there and topic in passage.mentions)
    if topic:
        return 3 if on_topic else int(topic in passage.mentions)
    if place:
        return 3 if there else int(place in passage.mentions)
    return 0


def load(engine: Engine) -> None:
    """Put the corpus into an engine's public index."""
    index = engine.create(Corpus.PUBLIC)
    engine.load(Corpus.PUBLIC, index, [entry(SOURCE, passage.document, 1) for passage in passages()])
    engine.publish(Corpus.PUBLIC, index)


def measure(engine: Engine) -> Score:
    """Ask every query of an engine that holds the corpus."""
    names = {key(SOURCE, passage.document.id): passage.name for passage in passages()}
    answers = tuple(_answer(engine, question, names) for question in questions())
    return Score(
        engine.name,
        len(answers),
        _mean(a.ndcg for a in answers),
        _mean(a.reciprocal_rank for a in answers),
        _mean(a.recall for a in answers),
        answers,
    )


def _answer(engine: Engine, question: Question, names: Mapping[str, str]) -> Answer:
    query, synonyms = parse(question.text), shipped_synonyms()
    asked = EngineRequest(Corpus.PUBLIC, plan(query, synonyms), PUBLIC, limit=_RECALL_DEPTH, facets=())
    result, _ = answer(engine.search, asked, query, synonyms)
    found = [names[k] for k, _ in result.hits]
    best = max(question.grades.values())
    wanted = {name for name, grade in question.grades.items() if grade == best}
    gains = [question.grades.get(name, 0) for name in found[:_DEPTH]]
    ideal = sorted(question.grades.values(), reverse=True)[:_DEPTH]
    rank = next((n for n, name in enumerate(found[:_DEPTH], start=1) if name in wanted), 0)
    return Answer(
        question.text,
        _gain(gains) / _gain(ideal),
        1 / rank if rank else 0.0,
        len(wanted.intersection(found)) / min(len(wanted), _RECALL_DEPTH),
        found[0] if found else "",
    )


def _gain(grades: Iterable[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def _mean(values: Iterable[float]) -> float:
    every = list(values)
    return sum(every) / len(every)
