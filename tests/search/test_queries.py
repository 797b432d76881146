"""What pages get: results that the database confirms, help where there are none, and rest instead of lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.exc import ProgrammingError
from werkzeug.datastructures import MultiDict

from search import connect, curation, popular
from search.embedded import EmbeddedEngine
from search.engine import Engine, EngineDown, EngineRequest, EngineResult, Sort
from search.indexing import apply_pending
from search.lexicon import Synonyms
from search.models import SearchQueryCount
from search.outbox import changed
from search.queries import SearchRequest, State, public_search, suggest, workspace_search
from search.query import parse
from search.ranking import plan
from search.sources import PUBLIC, Corpus, Source, access_of
from tenants import actors
from tenants.actors import Actor
from tenants.audit import AuditEntry
from tenants.clock import now, today
from tenants.identity.models import Tenant
from tenants.permissions import Role
from tenants.rules import Invalid, Missing, Refused
from tests.conftest import Deployment
from tests.search.support import Shelf, TenantSource, WorkspaceTenantSource, day, fill, use

Search = Callable[..., Any]


@pytest.fixture(scope="module")
def stock() -> Shelf:
    shelf = Shelf()
    shelf.put("口袋公园建设通知", "永顺镇的口袋公园开工。", labels=("永顺镇",), tags=("绿地",), date=day(2024))
    shelf.put("口袋公园竣工", "花草都种好了。", labels=("梨园镇",), tags=("绿地",), date=day(2025), kind="outreach")
    attached = ("共享停车的附件内容",)
    shelf.put("停车泊位改造", "张家湾的停车位。", labels=("张家湾镇",), date=day(2023), passages=attached)
    shelf.put("街道办事处的月报", "工作月报。", date=day(2022), kind="announcement")
    return shelf


@pytest.fixture
def shelf(deployment: Deployment, stocked: Engine, stock: Shelf, register: Callable[[Source], None]) -> Shelf:
    """The stock as the database holds it now; something may be gone from there."""
    register(shelf := Shelf(held=dict(stock.held)))
    use(stocked, deployment)
    return shelf


@pytest.fixture
def find(deployment: Deployment, shelf: Shelf) -> Search:
    def search(text: str = "", **changes: Any) -> Any:
        with deployment.public_session() as session:
            return public_search(session, SearchRequest(text, **changes))

    return search


def office(deployment: Deployment) -> Actor:
    actor = actors.in_district(uuid4(), "区办", [Role.DISTRICT_OFFICE])
    assert actor is not None
    return actor


@pytest.fixture(autouse=True)
def nothing_counted(deployment: Deployment) -> Iterator[None]:
    yield
    popular.flush(deployment.public_engine)
    popular.forget()
    with deployment.session() as session, session.begin():
        session.execute(SearchQueryCount.__table__.delete())  # type: ignore[attr-defined]


def test_a_result_has_marks_facets_and_the_passage(find: Search) -> None:
    result = find("口袋公园")
    assert result.state is State.FOUND
    assert {hit.title for hit in result.hits} == {"<mark>口袋公园</mark>竣工", "<mark>口袋公园</mark>建设通知"}
    assert result.total == 2
    kinds = {(v.value, v.count, v.chosen) for v in result.facets["kind"]}
    assert kinds == {("outreach", 1, False), ("sprout", 1, False)}
    chosen = find("口袋公园", filters={"kind": ("outreach",)})
    assert chosen.total == 1
    assert next(v for v in chosen.facets["kind"] if v.value == "outreach").chosen
    (hit,) = find("共享停车").hits
    assert (hit.passage.label, str(hit.excerpt)) == ("附件", "<mark>共享停车</mark>的附件内容")


def test_a_result_says_by_which_name_it_was_found(find: Search) -> None:
    (hit,) = find("梨园镇").hits
    assert hit.reasons == (("街镇园区", "<mark>梨园镇</mark>"),)
    (hit,) = find("liyuan").hits
    assert hit.reasons == (("街镇园区", "<mark>梨园</mark>镇"),)
    assert {hit.reasons for hit in find("绿地").hits} == {(("标签", "<mark>绿地</mark>"),)}
    # what title and text show needs no other reason, and where nothing was asked there is none
    assert [hit.reasons for hit in find("口袋公园").hits + find().hits] == [()] * 6


def test_nothing_asked_shows_the_newest(find: Search) -> None:
    result = find()
    assert (result.state, result.total) == (State.BLANK, 4)
    assert [hit.date.year for hit in result.hits] == [2025, 2024, 2023, 2022]


class Counts:
    """An engine, and how often it is asked something."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.asked = engine, 0

    def __getattr__(self, name: str) -> Any:
        self.asked += name in ("search", "lookup", "contains")
        return getattr(self._engine, name)


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0x4E00 + 7 * n) for n in range(10_000)),
        " ".join(chr(0x4E00 + 7 * n) * 2 for n in range(3_000)),
        "“公園” " * 2_000,
        "*?*? " * 2_000,
        "shi zhong tong zhou qux " * 400,
        "-公园 " * 2_000,
        "10号 2021年 〔2021〕9999号 " * 500,
    ],
)
def test_no_text_makes_a_slow_search(deployment: Deployment, find: Search, stocked: Engine, text: str) -> None:
    counting = Counts(stocked)
    connect.use(counting, deployment.public_engine.url)
    assert find(text).state is not State.RESTING
    # the question and its second reading; sixteen words looked up and tried; six shorter questions and six words alone
    assert counting.asked <= 2 + 3 * 16 + 12


def test_the_database_has_the_last_word(deployment: Deployment, find: Search, shelf: Shelf) -> None:
    gone = next(d for d in shelf.held.values() if "竣工" in d.title)
    del shelf.held[gone.id]  # withdrawn, and the worker has not heard of it yet
    result = find("口袋公园")
    assert [hit.id for hit in result.hits] == [d.id for d in shelf.held.values() if "口袋公园" in d.title]
    assert result.total == 1
    del shelf.held[result.hits[0].id]
    assert find("口袋公园").state is State.NOTHING


def test_typing_errors_get_an_offer_never_a_replacement(find: Search) -> None:
    meant = {"张家弯": "张家湾", "口带公园": "口袋公园", "停车伯位": "停车泊位", "tingcheboweii": None}
    results = {typed: find(typed) for typed in meant}
    assert {typed: result.suggestion for typed, result in results.items()} == meant
    assert [result.request.text for result in results.values()] == list(meant)
    assert all(find(right).total >= 1 for right in meant.values() if right)


def test_a_query_without_results_is_helped(find: Search) -> None:
    result = find("口袋公园 电梯")
    assert result.state is State.NOTHING
    assert result.help.fewer == ("口袋公园",)
    # other words, those that lead somewhere
    assert result.help.neighbours and all(find(words).total for words in result.help.neighbours)
    assert find("电梯 加梯").help.neighbours == ()
    assert find("口袋公园 -公园").help.fewer == ("口袋公园",)
    # of a single word, the part that is known
    assert find("停车难").help.fewer == ("停车",)


def test_a_long_question_is_answered_in_part_and_says_so(find: Search) -> None:
    result = find("请问口袋公园的双师意见怎么加梯")
    assert (result.state, result.relaxed, result.total) == (State.FOUND, True, 2)
    assert not find("口袋公园建设").relaxed


def test_results_that_lack_a_word_say_so(find: Search) -> None:
    # a single character may be missing, and one of three words; but nobody is told that these are the whole
    assert {text: (find(text).relaxed, find(text).total) for text in ("公园舞", "口袋公园 竣工 电梯")} == {
        "公园舞": (True, 2),
        "口袋公园 竣工 电梯": (True, 1),
    }
    assert not any(find(text).relaxed for text in ("公园种", "口袋公园 竣工 花草", "口袋公园", "公园 花草"))


def test_an_engine_that_is_down_is_resting_not_empty(deployment: Deployment, find: Search) -> None:
    asked: list[int] = []

    class Down(EmbeddedEngine):
        def search(self, request: EngineRequest) -> EngineResult:
            asked.append(1)
            raise EngineDown("no answer")

    use(Down(deployment.settings.data_folder / "none"), deployment)
    for _ in range(10):
        result = find("口袋公园")
        assert (result.state, result.hits, result.suggestion, result.help) == (State.RESTING, (), None, None)
    assert len(asked) == 3  # the breaker spares the others the wait
    with deployment.public_session() as session:
        assert suggest(session, "口袋") == []


def test_what_was_found_is_shown_though_the_engine_went_down_meanwhile(
    deployment: Deployment, find: Search, stocked: Engine
) -> None:
    class GoesDown(Counts):
        def __getattr__(self, name: str) -> Any:
            answer = super().__getattr__(name)
            if self.asked > 1:
                raise EngineDown("gone")
            return answer

    connect.use(GoesDown(stocked), deployment.public_engine.url)
    result = find("口袋公园 竣工 电梯")
    assert (result.state, result.total, result.suggestion) == (State.FOUND, 1, None)


def test_a_page_waits_for_all_its_questions_together(
    deployment: Deployment, find: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer may be in time and the page be slow all the same."""
    clock = [0.0]
    asked: list[int] = []

    class Slow(EmbeddedEngine):
        def search(self, request: EngineRequest) -> EngineResult:
            asked.append(1)
            clock[0] += 1.9
            return EngineResult((), 0)

        def lookup(self, *arguments: Any) -> list[tuple[str, int]]:
            clock[0] += 1.9
            return []

    monkeypatch.setattr(connect, "monotonic", lambda: clock[0])
    use(Slow(deployment.settings.data_folder / "none"), deployment)
    result = find("口袋公园 停车 电梯 加梯 花园 步道")
    assert (result.state, result.help is not None) == (State.NOTHING, True)
    assert clock[0] <= 2 * 4.0


def test_suggestions_come_from_names_titles_and_what_is_often_asked(
    deployment: Deployment, find: Search, shelf: Shelf
) -> None:
    for _ in range(3):
        find("永顺镇 公园")
    find("永顺镇 只问一次")
    popular.flush(deployment.public_engine)
    popular.forget()
    with deployment.public_session() as session:
        found = suggest(session, "永顺")
        assert [(s.kind, s.text) for s in found] == [("label", "永顺镇"), ("popular", "永顺镇 公园")]
        by_letters = suggest(session, "tingchebowei")
        assert [(s.kind, s.text) for s in by_letters] == [("title", "停车泊位改造")]
        assert by_letters[0].address.startswith("/a/")
        assert [s.text for s in suggest(session, "")] == ["永顺镇 公园"]


class Fails:
    """An engine, and what it could not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.failed: list[Exception] = []

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._engine, name)

        def ask(*arguments: Any, **named: Any) -> Any:
            try:
                return asked(*arguments, **named)
            except EngineDown as error:
                self.failed.append(error)
                raise

        return ask if callable(asked) else asked


def test_nothing_typed_is_too_much_for_suggestions(
    deployment: Deployment, find: Search, stocked: Engine
) -> None:
    noting = Fails(stocked)
    connect.use(noting, deployment.public_engine.url)
    with deployment.public_session() as session:
        # the last one folds to a thousand characters
        for odd in ("*", "[", "-", "“", "\\", "(" * 99, "ﷺ" * 60):
            suggest(session, odd)
    assert noting.failed == []


def test_queries_are_counted_by_day_without_personal_data(deployment: Deployment, find: Search) -> None:
    numbers = ("13800138000", "138 0013 8000", "１３８-００１３-８０００", "11010119900307123X", "(010)6912-3456")
    for text in ("口袋公园", "口袋公園", "没有这样的东西", *numbers, "某人@example.com", "x" * 60):
        find(text)
    find("口袋公园", page=2)
    find("口袋公园", filters={"kind": ("sprout",)})
    popular.flush(deployment.public_engine)
    with deployment.session(office(deployment)) as session:
        assert [(q.query, q.asked, q.in_vain) for q in popular.top(session, today())] == [
            ("口袋公园", 2, 0),
            ("没有这样的东西", 1, 1),
        ]
        assert [q.query for q in popular.top(session, today(), in_vain=True)] == ["没有这样的东西"]
        assert popular.top(session, today() + timedelta(days=1)) == []


def test_counts_stay_with_the_database_they_were_made_for(deployment: Deployment, find: Search) -> None:
    elsewhere = create_engine(deployment.public_engine.url.set(database="elsewhere"))
    popular.count(elsewhere, "别处的词", in_vain=False)
    find("口袋公园")
    popular.flush(deployment.public_engine)
    with deployment.session(office(deployment)) as session:
        assert [counted.query for counted in popular.top(session, today())] == ["口袋公园"]


def test_nobody_decides_what_is_suggested_to_others(deployment: Deployment, find: Search) -> None:
    for _ in range(3):
        assert find("张三是骗子 口袋公园 停车").relaxed  # found in part: nothing has it as it was asked
        assert find("口袋公园 -张三是骗子").total
    popular.flush(deployment.public_engine)
    popular.forget()
    with deployment.public_session() as session:
        assert [s.text for s in suggest(session, "张三")] == []
        assert [s.text for s in suggest(session, "")] == ["口袋公园"]


def test_a_sentence_is_answered_in_part_and_two_words_are_both_meant(find: Search) -> None:
    asked = ("公园楼下积水怎么办", "停车收费", "停车 收费")
    assert {text: (find(text).state, find(text).relaxed) for text in asked} == {
        "公园楼下积水怎么办": (State.FOUND, True),
        "停车收费": (State.FOUND, True),
        "停车 收费": (State.NOTHING, False),
    }


def test_a_day_is_found_however_it_is_written(find: Search) -> None:
    for text in ("2024年3月1日", "2024-03-01", "2024/3/1", "2024年3月", "2024-3", "二〇二四年3月"):
        assert [hit.title for hit in find(text).hits if hit.date.year == 2024], text
    assert find("2024年3月1日").hits[0].date.year == 2024
    assert not find("2024年3月1日").relaxed
    assert find("2024年9月").relaxed


def test_an_identifier_is_found_as_a_whole_and_never_suggested(
    deployment: Deployment, engine: Engine, register: Callable[[Source], None]
) -> None:
    shelf = Shelf()
    coded = shelf.put("口袋公园", codes=("xq7vv9wz",), people=("居民林砚秋",))
    register(shelf)
    fill(engine, shelf.held.values())
    use(engine, deployment)
    with deployment.public_session() as session:
        found = {text: public_search(session, SearchRequest(text)).total for text in ("XQ7vv9wz", "xq", "7", "vv")}
        assert found == {"XQ7vv9wz": 1, "xq": 0, "7": 0, "vv": 0}
        # who wrote something is found, too, but named to nobody who does not know the name
        assert [hit.id for hit in public_search(session, SearchRequest("林砚秋")).hits] == [coded.id]
        assert [s.text for text in ("xq", "居民", "linyan", "lyq") for s in suggest(session, text)] == []
        assert public_search(session, SearchRequest("林燕秋")).suggestion is None


def test_the_office_edits_synonyms_and_sees_the_effect_before(deployment: Deployment, find: Search) -> None:
    actor = office(deployment)
    wanted = [*(g for _, g in curation.groups(deployment.session(actor))), ("绣花", "口袋公园")]
    with deployment.session(actor) as session:
        assert [(e.now, e.then) for e in curation.effects(session, wanted, ["绣花"])] == [(0, 2)]
        assert find("绣花").total == 0
        curation.save_groups(session, actor, wanted)
        session.commit()
    assert find("绣花").total == 2
    with deployment.session(actor) as session:
        for bad in ([], [("一个",)], [("同样", "同樣")], [("词" * 50, "短")]):
            with pytest.raises(Invalid):
                curation.save_groups(session, actor, bad)
        curation.save_groups(session, actor, wanted[:-1])
        session.commit()
    assert find("绣花").total == 0
    with deployment.session() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "search.synonyms")).all()
        assert entries[0].changes["groups"] == [[], ["绣花 口袋公园"]]
    assert curation.parse_groups("a，b、c\n\n d  e ") == [("a", "b", "c"), ("d", "e")]
    staff = actors.in_tenant(uuid4(), "职员", [Role.TENANT_STAFF], uuid4())
    assert staff is not None
    with deployment.session(staff) as session, pytest.raises(Refused):
        curation.save_groups(session, staff, wanted)


def test_a_pinned_answer_stands_first(deployment: Deployment, find: Search, shelf: Shelf) -> None:
    actor = office(deployment)
    report = next(d for d in shelf.held.values() if "月报" in d.title)
    with deployment.session(actor) as session:
        made = curation.pin(session, actor, "口袋公園", shelf.name, report.id)
        assert curation.pin(session, actor, "口袋公园", shelf.name, report.id) is made
        with pytest.raises(Missing):
            curation.pin(session, actor, "口袋公园", shelf.name, uuid4())
        session.commit()
    hits = find("口袋公园").hits
    assert [(hit.id == report.id, hit.pinned) for hit in hits] == [(True, True), (False, False), (False, False)]
    assert not any(hit.pinned for hit in find("口袋公园", filters={"year": ("2024",)}).hits)
    with deployment.session(actor) as session:
        curation.unpin(session, actor, made.id)
        session.commit()
    assert not any(hit.pinned for hit in find("口袋公园").hits)


def test_a_request_survives_its_address() -> None:
    request = SearchRequest("公园", {"kind": ("sprout", "outreach"), "year": ("2024",)}, Sort.DATE, page=3)
    assert SearchRequest.from_args(MultiDict(request.args(page=3))) == request
    assert ("page", "3") not in request.args()
    assert ("kind", "sprout") not in request.toggled("kind", "sprout")
    assert ("tag", "绿地") in request.toggled("tag", "绿地")


ARGUMENTS = st.tuples(st.sampled_from(["q", "kind", "tag", "year", "sort", "page"]), st.text(max_size=20))


@given(st.text(max_size=120), st.lists(ARGUMENTS, max_size=6))
@example("", [("page", "99999999999999")])
@example("-", [("page", "-1"), ("sort", "'"), ("tag", "\x00")])
@example("a\x00b \ud800", [])
def test_no_address_is_an_error(find: Search, text: str, pairs: list[tuple[str, str]]) -> None:
    request = SearchRequest.from_args(MultiDict([("q", text), *pairs]))
    result = find(request.text, filters=request.filters, sort=request.sort, page=request.page)
    assert result.state is not State.RESTING
    assert result.page >= 1
    assert result.total >= len(result.hits) - 1


@pytest.fixture
def two_towns(
    deployment: Deployment, engine: Engine, register: Callable[[Source], None]
) -> tuple[UUID, UUID]:
    """Two tenants that can be found in the workspace by their own staff, and one of them by anyone."""
    register(TenantSource())
    register(WorkspaceTenantSource())
    fill(engine, [], Corpus.PUBLIC)
    fill(engine, [], Corpus.WORKSPACE)
    use(engine, deployment)
    with deployment.session() as session, session.begin():
        towns = [
            Tenant(
                kind="town",
                opened_at=now(),
                slug=uuid4().hex,
                name=f"机密{n}镇",
                short_name=n,
                introduction="疏解整治",
            )
            for n in "甲乙"
        ]
        towns[1].active = False
        session.add_all(towns)
        session.flush()
        for source in ("test-tenant", "test-workspace-tenant"):
            changed(session, source, *(town.id for town in towns))
    with deployment.session() as session, session.begin():
        apply_pending(session, engine)
    return towns[0].id, towns[1].id


def test_nobody_finds_what_they_may_not_open(deployment: Deployment, two_towns: tuple[UUID, UUID]) -> None:
    first, second = two_towns

    def seen(actor: Actor | None) -> set[str]:
        assert actor is not None
        with deployment.session(actor) as session:
            result = workspace_search(session, SearchRequest("疏解整治"))
            named = suggest(session, "机密", Corpus.WORKSPACE)
            assert result.total == len(result.hits) == sum(v.count for v in result.facets["kind"])
            titles = {str(hit.title) for hit in result.hits}
            assert {s.text for s in named if s.kind == "title"} <= titles
            return titles

    staff = Role.TENANT_STAFF
    assert seen(actors.in_tenant(uuid4(), "甲", [staff], first)) == {"机密甲镇"}
    assert seen(actors.in_tenant(uuid4(), "乙", [staff], second)) == {"机密乙镇"}
    assert seen(actors.in_tenant(uuid4(), "丙", [staff], uuid4())) == set()
    assert seen(actors.in_district(uuid4(), "区办", [Role.DISTRICT_OFFICE])) == {"机密甲镇", "机密乙镇"}
    assert seen(actors.oneself(uuid4(), "某人")) == set()
    assert seen(actors.anonymous()) == set()
    with deployment.public_session() as session:
        assert [str(h.title) for h in public_search(session, SearchRequest("疏解整治")).hits] == ["机密甲镇"]


def test_the_engine_itself_keeps_tenants_apart(
    deployment: Deployment, engine: Engine, two_towns: tuple[UUID, UUID]
) -> None:
    """Even before the database is asked: the counts of others are not shown either."""
    def total(access: frozenset[str]) -> int:
        asked = EngineRequest(Corpus.WORKSPACE, plan(parse("疏解整治"), Synonyms([])), access)
        return engine.search(asked).total

    for tenant in two_towns:
        actor = actors.in_tenant(uuid4(), "某人", [Role.PLANNER], tenant)
        assert actor is not None
        assert total(access_of(actor)) == 1
    assert total(access_of(office(deployment))) == 2
    assert total(PUBLIC) == total(frozenset()) == total(access_of(actors.anonymous())) == 0


def test_the_public_role_cannot_touch_what_is_curated(deployment: Deployment) -> None:
    for statement in (
        "INSERT INTO search_synonym (id, words, created_at) VALUES (gen_random_uuid(), '{a,b}', now())",
        "DELETE FROM search_pin",
        "SELECT * FROM search_state",
        "DELETE FROM search_query_count",
    ):
        with pytest.raises(ProgrammingError, match="denied"), deployment.public_session() as session:
            session.connection().exec_driver_sql(statement)
