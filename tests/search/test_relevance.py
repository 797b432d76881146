"""The floors below which no change may bring the answers, and the two engines' agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine
from search.local_elasticsearch import Cluster
from search.relevance.corpus import passages
from search.relevance.measure import Score, load, measure, questions
from tests.search.conftest import settings_of

FLOORS = {"ndcg": 0.95, "mrr": 0.96, "recall": 0.88}
APART = 0.02


def score_of(engine: Engine) -> Score:
    load(engine)
    score = measure(engine)
    engine.close()
    return score


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Score:
    folder: Path = tmp_path_factory.mktemp("relevance")
    return score_of(EmbeddedEngine(folder))


def check(score: Score) -> None:
    worst = sorted(score.answers, key=lambda a: a.ndcg)[:8]
    for name, floor in FLOORS.items():
        assert getattr(score, name) >= floor, [f"{a.ndcg:.2f} {a.text}" for a in worst]


def test_the_set_is_large_enough_and_every_query_can_be_answered() -> None:
    assert len(passages()) >= 400
    assert len({passage.document.body for passage in passages()}) == len(passages())
    assert len({question.text for question in questions()}) == len(questions()) >= 120
    known = {passage.name for passage in passages()}
    for question in questions():
        assert set(question.grades) <= known, question.text
        assert max(question.grades.values(), default=0) == 3, question.text


def test_the_embedded_engine_keeps_the_floors(embedded: Score) -> None:
    check(embedded)


@pytest.mark.elasticsearch
@pytest.mark.slow("indexes and asks a whole collection")
def test_elasticsearch_keeps_the_floors_and_agrees(embedded: Score, elasticsearch: Cluster) -> None:
    score = score_of(ElasticEngine(settings_of(elasticsearch)))
    check(score)
    for name in FLOORS:
        assert abs(getattr(score, name) - getattr(embedded, name)) < APART
    same = sum(a.first == b.first for a, b in zip(score.answers, embedded.answers, strict=True))
    assert same >= 0.95 * len(score.answers)
