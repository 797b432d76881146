"""What every engine must do; run against the embedded engine and a real Elasticsearch."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from search import elastic, embedded, spelling
from search.embedded import EmbeddedEngine
from search.engine import SCHEMA_VERSION, Deletion, Engine, EngineDown, Entry, Sort
from search.folding import fold
from search.query import parse
from search.ranking import plan_titles
from search.sources import PUBLIC, Corpus, Document, key
from tests.search.support import Shelf, ask, day, entries, fill, load


@pytest.fixture(scope="module")
def stock() -> Shelf:
    """What is in every index here; a test that adds to it takes a `shelf` of its own."""
    shelf = Shelf()
    shelf.put(
        "张家湾镇口袋公园微更新",
        "在村口的边角地建设小公园，增加座椅和树。",
        labels=("张家湾镇",),
        tenant="zhangjiawan",
        tags=("微更新",),
        date=day(2024),
    )
    shelf.put("集中仓储设施整治", "集中仓储与物流用地腾退。", kind="interpretation", tenant="majuqiao", date=day(2023))
    shelf.put(
        "中仓街道老旧小区改造规划解读",
        "街道办事处组织加装电梯，增设停车位。通政办发〔2021〕10号文件要求责任双师参与。",
        kind="interpretation",
        tenant="zhongcang",
        tags=("老旧小区", "停车"),
        date=day(2022),
        passages=("附件：停车设施布局图说明，共享停车泊位二百个。",),
        has_documents=True,
    )
    shelf.put(
        "关于做好责任规划师、责任建筑师使用管理工作的意见",
        "通政办发〔2021〕10号。各街道办事处，各乡、镇人民政府。",
        kind="announcement",
        date=day(2021),
    )
    shelf.put("运河边的步道修好了", "大运河滨河步道连通，新建一座桥。", kind="outreach", tags=("步道",), date=day(2020))
    return shelf


@pytest.fixture
def shelf(stock: Shelf) -> Shelf:
    return Shelf(held=dict(stock.held))


Version = Callable[[int], AbstractContextManager[None]]


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> Version:
    """Be a process of another version of the schema for a while."""

    @contextmanager
    def being(number: int) -> Iterator[None]:
        with monkeypatch.context() as patched:
            for module in (elastic, embedded):
                patched.setattr(module, "SCHEMA_VERSION", number)
            yield

    return being


def titles(shelf: Shelf, engine: Engine, text: str, **changes: object) -> list[str]:
    by_key = {key(shelf.name, d.id): d.title for d in shelf.held.values()}
    return [by_key[found] for found, _ in ask(engine, text, **changes).hits]


#: What is typed, and the title that must come first.
WAYS = [
    ("口袋公园", "张家湾镇口袋公园微更新"),
    ("口袋公園", "张家湾镇口袋公园微更新"),
    ("小微绿地", "张家湾镇口袋公园微更新"),
    ("zhangjiawan", "张家湾镇口袋公园微更新"),
    ("koudaigongyuan", "张家湾镇口袋公园微更新"),
    ("zjw", "张家湾镇口袋公园微更新"),
    ("中仓", "中仓街道老旧小区改造规划解读"),
    ("通政办发2021 10号", "关于做好责任规划师、责任建筑师使用管理工作的意见"),
    ("通政办发〔2021〕10号", "关于做好责任规划师、责任建筑师使用管理工作的意见"),
    ("通政辦發[2021]第10號", "关于做好责任规划师、责任建筑师使用管理工作的意见"),
    ("通政办发（２０２１）１０号", "关于做好责任规划师、责任建筑师使用管理工作的意见"),
    ("责规 责建", "关于做好责任规划师、责任建筑师使用管理工作的意见"),
    ("老小区 街道办", "中仓街道老旧小区改造规划解读"),
    ("共享停车泊位", "中仓街道老旧小区改造规划解读"),
    ("桥", "运河边的步道修好了"),
    ("二〇二〇年的步道", "运河边的步道修好了"),
    ("“步道连通，新建”", "运河边的步道修好了"),
]


def test_finds_however_it_is_written(stocked: Engine, stock: Shelf) -> None:
    found = {text: titles(stock, stocked, text)[:1] for text, _ in WAYS}
    assert found == {text: [first] for text, first in WAYS}


def test_phrase_excludes_words_apart_and_minus_excludes_documents(stocked: Engine, stock: Shelf) -> None:
    assert titles(stock, stocked, "“停车电梯”") == []
    assert len(titles(stock, stocked, "规划")) == 2
    assert titles(stock, stocked, "规划 -老旧小区") == ["关于做好责任规划师、责任建筑师使用管理工作的意见"]
    assert len(titles(stock, stocked, "-规划")) == 3


def test_a_word_at_its_boundaries_counts_more_than_the_same_characters_inside_others(
    stocked: Engine, stock: Shelf
) -> None:
    assert titles(stock, stocked, "中仓") == ["中仓街道老旧小区改造规划解读", "集中仓储设施整治"]


def test_all_of_two_words_are_needed_and_most_of_many(stocked: Engine, stock: Shelf) -> None:
    assert titles(stock, stocked, "步道 电梯") == []
    assert titles(stock, stocked, "小区 电梯 停车 加油站") == ["中仓街道老旧小区改造规划解读"]


def test_newer_is_mildly_better(engine: Engine) -> None:
    shelf = Shelf()
    for year in (2012, 2026, 2019):
        shelf.put("街角广场改造", "同样的文字", date=day(year))
    strong = shelf.put("街角广场", "街角广场，街角广场。", date=day(2010))
    fill(engine, shelf.held.values())
    by_key = {key(shelf.name, d.id): d for d in shelf.held.values()}
    found = [by_key[k] for k, _ in ask(engine, "街角广场").hits]
    assert [d.date.year for d in found if d.date and d is not strong] == [2026, 2019, 2012]
    assert found[-1] is not strong


def test_sorts_by_date_and_pages_without_gaps(engine: Engine) -> None:
    shelf = Shelf()
    for month in range(1, 13):
        shelf.put(f"第{month}期简报", "工作月报", date=day(2025, month))
    fill(engine, shelf.held.values())
    pages = [
        titles(shelf, engine, "工作月报", sort=Sort.DATE, offset=offset, limit=5) for offset in (0, 5, 10, 15)
    ]
    assert [title for page in pages for title in page] == [f"第{month}期简报" for month in range(12, 0, -1)]
    ranked = [key for offset in (0, 5, 10) for key, _ in ask(engine, "工作月报", offset=offset, limit=5).hits]
    assert len(set(ranked)) == 12


def test_facets_count_under_the_filters_of_the_others(stocked: Engine) -> None:
    free = ask(stocked, "")
    assert free.total == 5
    assert free.facets["kind"][0] == ("interpretation", 2)
    assert dict(free.facets["documents"]) == {"no": 4, "yes": 1}
    assert dict(free.facets["year"]) == {str(year): 1 for year in range(2020, 2025)}
    one = ask(stocked, "", filters={"kind": ("interpretation",)})
    assert one.total == 2
    assert dict(one.facets["kind"]) == dict(free.facets["kind"])  # its own filter does not narrow it
    assert dict(one.facets["tenant"]) == {"majuqiao": 1, "zhongcang": 1}
    both = ask(stocked, "", filters={"kind": ("interpretation", "sprout"), "year": ("2024", "2022")})
    assert both.total == 2
    assert dict(both.facets["year"]) == {"2022": 1, "2023": 1, "2024": 1}
    assert dict(both.facets["kind"]) == {"interpretation": 1, "sprout": 1}
    assert ask(stocked, "", filters={"tag": ("停车",), "documents": ("no",)}).total == 0
    assert ask(stocked, "", filters={"tag": ("没有的标签",)}).total == 0


def test_access_is_never_crossed(engine: Engine) -> None:
    shelf = Shelf()
    secret = "只给本单位看的口袋公园"
    for tenant in ("a", "b"):
        access = frozenset({f"{tenant}/read", "*/read"})
        shelf.put(f"{secret}{tenant}", secret, access=access, labels=(f"机密{tenant}",))
    fill(engine, shelf.held.values())
    assert titles(shelf, engine, "口袋公园", access=frozenset({"a/read"})) == [f"{secret}a"]
    assert len(titles(shelf, engine, "口袋公园", access=frozenset({"*/read"}))) == 2
    for nobody in (frozenset[str](), PUBLIC, frozenset({"a/write"})):
        nothing = ask(engine, "口袋公园 -没有", access=nobody)
        assert (nothing.total, nothing.hits) == (0, ())
        assert not any(nothing.facets.values())
        assert engine.lookup(Corpus.PUBLIC, spelling.name_prefixes("机密"), nobody, 10) == []
    seen = engine.lookup(Corpus.PUBLIC, spelling.name_prefixes("机密"), frozenset({"b/read"}), 10)
    assert {spelling.entry_text(found) for found, _ in seen} == {"机密b"}


def test_corpora_are_apart(engine: Engine, shelf: Shelf) -> None:
    fill(engine, shelf.held.values(), Corpus.WORKSPACE)
    fill(engine, [], Corpus.PUBLIC)
    assert ask(engine, "口袋公园").total == 0
    assert ask(engine, "口袋公园", corpus=Corpus.WORKSPACE).total == 1


def test_changes_are_seen_at_once_and_an_older_version_never_wins(engine: Engine, shelf: Shelf) -> None:
    fill(engine, shelf.held.values())
    old = shelf.put("旧题目", "雨水花园")
    new = Document(id=old.id, title="新题目", body="雨水花园", kind="sprout", access=PUBLIC)
    engine.apply(Corpus.PUBLIC, entries([old], 5))
    assert titles(shelf, engine, "旧题目") == ["旧题目"]
    engine.apply(Corpus.PUBLIC, entries([new], 7))
    engine.apply(Corpus.PUBLIC, entries([old], 6))
    assert ask(engine, "“旧题目”").total == 0
    assert ask(engine, "“新题目”").total == 1
    engine.apply(Corpus.PUBLIC, entries([new], 7))  # the same batch again
    assert engine.count(Corpus.PUBLIC) == 6
    engine.apply(Corpus.PUBLIC, [Deletion(key(shelf.name, old.id), 8), Deletion(key(shelf.name, uuid4()), 8)])
    assert ask(engine, "雨水花园").total == 0
    assert engine.contains(Corpus.PUBLIC, [key(shelf.name, old.id)]) == set()
    assert engine.count(Corpus.PUBLIC) == 5


def test_without_an_index_it_says_so(engine: Engine) -> None:
    assert engine.live(Corpus.PUBLIC) is None
    with pytest.raises(EngineDown):
        ask(engine, "口袋公园")
    with pytest.raises(EngineDown):
        engine.apply(Corpus.PUBLIC, entries([Shelf().put("x")]))
    assert engine.live(Corpus.PUBLIC) is None  # nothing was made by the way


def test_a_new_index_is_invisible_until_published_and_readers_never_notice(engine: Engine, shelf: Shelf) -> None:
    first = fill(engine, shelf.held.values())
    second = engine.create(Corpus.PUBLIC)
    assert engine.live(Corpus.PUBLIC) == first
    engine.load(Corpus.PUBLIC, second, entries(shelf.held.values()))
    assert engine.count(Corpus.PUBLIC, second) == 5
    failures: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                assert ask(engine, "口袋公园").total == 1
            except Exception as error:
                failures.append(error)
            done.wait(0.01)  # a reader thinks

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    engine.publish(Corpus.PUBLIC, second)
    assert engine.drop_others(Corpus.PUBLIC, keep=[]) == [first]
    latest = second
    for _ in range(5):
        latest = fill(engine, shelf.held.values())
        engine.drop_others(Corpus.PUBLIC, keep=[])
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert engine.live(Corpus.PUBLIC) == latest


def test_an_index_serves_its_version_until_a_newer_one_is_published(
    engine: Engine, shelf: Shelf, version: Version
) -> None:
    newer = SCHEMA_VERSION + 1
    first = fill(engine, shelf.held.values())
    with version(newer):
        assert engine.live(Corpus.PUBLIC) is None
        with pytest.raises(EngineDown):
            ask(engine, "口袋公园")
        given_up, building = engine.create(Corpus.PUBLIC), engine.create(Corpus.PUBLIC)
        assert engine.drop_others(Corpus.PUBLIC, keep=[building]) == [given_up]
    assert ask(engine, "口袋公园").total == 1
    second = fill(engine, shelf.held.values())
    assert engine.drop_others(Corpus.PUBLIC, keep=[]) == [first]  # a rebuild leaves the newer one alone
    with version(newer):
        engine.load(Corpus.PUBLIC, building, entries(shelf.held.values()))
        engine.publish(Corpus.PUBLIC, building)
        assert ask(engine, "口袋公园").total == 1
    assert engine.live(Corpus.PUBLIC) == second
    assert engine.drop_others(Corpus.PUBLIC, keep=[]) == []
    with version(newer):
        assert engine.drop_others(Corpus.PUBLIC, keep=[]) == [second]
        assert ask(engine, "口袋公园").total == 1
    assert engine.live(Corpus.PUBLIC) is None
    with pytest.raises(EngineDown):
        ask(engine, "口袋公园")


def test_nothing_is_left_of_former_versions_and_of_a_crash(tmp_path: Path, shelf: Shelf, version: Version) -> None:
    engine, folder = EmbeddedEngine(tmp_path), tmp_path / "public"
    former = fill(engine, shelf.held.values())
    kept = {path.name for path in folder.iterdir()}
    # killed between writing the name of the live index and exchanging it; and from before files carried the schema
    for name in (f"live-v{SCHEMA_VERSION}.0a1b2c3d", "live.4e5f6a7b", "live"):
        (folder / name).write_text(former)
    engine.drop_others(Corpus.PUBLIC, keep=[])
    assert {path.name for path in folder.iterdir()} == kept
    assert ask(engine, "口袋公园").total == 1
    with version(SCHEMA_VERSION + 1):
        latest = fill(engine, shelf.held.values())
        assert engine.drop_others(Corpus.PUBLIC, keep=[]) == [former]
        assert {path.name for path in folder.iterdir()} == {latest, f"live-v{SCHEMA_VERSION + 1}"}
    engine.close()


def test_lookup_finds_names_by_their_beginning_and_words_by_their_sound(stocked: Engine) -> None:

    def names(text: str) -> set[str]:
        found = stocked.lookup(Corpus.PUBLIC, spelling.name_prefixes(fold(text)), PUBLIC, 10)
        return {spelling.entry_text(entry) for entry, _ in found}

    def meant(text: str) -> set[str]:
        found = stocked.lookup(Corpus.PUBLIC, spelling.correction_prefixes(fold(text)), PUBLIC, 20)
        return {spelling.entry_text(entry) for entry, _ in found}

    assert names("张家") == names("zhangji") == names("zjw") == {"张家湾镇"}
    assert "张家湾" in meant("张家弯")
    assert "老旧小区" in meant("老旧小趣")
    assert "口袋公园" in meant("koudaigongyuan")
    assert names(".*") == names("(") == set()


def test_titles_are_suggested_while_the_last_word_is_unfinished(stocked: Engine, stock: Shelf) -> None:
    for begun in ("运河边的步", "yunhebiandebu", "运河 步道"):
        assert titles(stock, stocked, "", plan=plan_titles(parse(begun)))[:1] == ["运河边的步道修好了"]


@pytest.fixture(scope="module")
def many() -> Sequence[Entry]:
    """Far more documents than go into one batch, analysed once for both engines."""
    chance = random.Random(1)
    shelf = Shelf()
    for number in range(1500):
        shelf.put(f"第{number}号地块公示", "".join(chance.choices("规划公园道路停车绿地河道", k=60)))
    return entries(shelf.held.values())


def test_large_batches_load_whole(engine: Engine, many: Sequence[Entry]) -> None:
    load(engine, many)
    assert engine.count(Corpus.PUBLIC) == 1500
    assert ask(engine, "“第777号地块”").total == 1
    some = [entry.key for entry in many[:300]]
    assert engine.contains(Corpus.PUBLIC, [*some, "test-shelf:none"]) == set(some)


def test_check_tells_the_operator_what_is_served(stocked: Engine) -> None:
    report = stocked.check()
    assert report["public"].endswith("(5)")
    assert report["workspace"] == "-"


def test_only_what_is_newer_than_an_instant_is_news(stocked: Engine) -> None:
    for instant, expected in ((day(2022), 2), (day(2030), 0), (day(2019), 5)):
        found = ask(stocked, "", since=instant)
        assert (found.total, len(found.hits)) == (expected, expected)


def test_a_name_longer_than_an_engine_keeps_does_not_cost_the_document(engine: Engine) -> None:
    shelf = Shelf()
    shelf.put("口袋公园", kind="很长的类别" * 8_000, tags=("很长的标签" * 8_000, "座椅"))
    fill(engine, shelf.held.values())
    assert engine.apply(Corpus.PUBLIC, entries([shelf.put("雨水花园", kind="𠮷" * 40_000)], 2)) == {}
    assert ask(engine, "口袋公园", filters={"tag": ("座椅",)}).total == ask(engine, "雨水花园").total == 1


@pytest.fixture(scope="module")
def very_long() -> Sequence[Entry]:
    """A document of more than a million characters, analysed once for both engines."""
    shelf = Shelf()
    text = "".join(f"第{number}条规定了绿地与停车。" for number in range(60_000))
    shelf.put("汇编", f"{text}末尾写着燃灯塔。", passages=("图" * 300_000, "a" * 100_000, "x" * 40 + " " + "1" * 500))
    return entries(shelf.held.values())


def test_a_very_long_document_is_found_by_its_last_words(engine: Engine, very_long: Sequence[Entry]) -> None:
    load(engine, very_long)
    assert ask(engine, "“末尾写着燃灯塔”").total == 1
    assert ask(engine, "“第59999条规定”").total == 1
