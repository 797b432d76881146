"""Is search well: does the engine answer, and do the indexes keep up with the database?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from operations.finding import Finding, looking
from settings import Settings
from tenants import actors
from tenants.clock import SHANGHAI
from tenants.database import Face, open_session

if TYPE_CHECKING:
    from search.health import CorpusHealth


def search_engine(settings: Settings) -> Iterator[Finding]:
    """The search engine in use answers."""
    from search import connect
    from search.engine import EngineDown

    try:
        engine = connect.make(settings)
        try:
            report = engine.check()
        finally:
            engine.close()
    except (EngineDown, OSError) as error:
        yield Finding(
            "search",
            False,
            f"搜索引擎不可用（{error}）：检查 ELASTICSEARCH_URL 和引擎是否在运行；更新会在恢复后补上。",
            "the search engine does not answer: check ELASTICSEARCH_URL; updates wait and catch up.",
        )
        return
    words = ", ".join(f"{name} {value}" for name, value in report.items())
    yield Finding("search", True, words, "")


def search_index(settings: Settings) -> Iterator[Finding]:
    """The indexes keep up with the database: what waits and for how long, and how much both sides hold."""
    from search import connect
    from search.health import LATE, health

    database = looking(settings, Face.WORKSPACE)
    connect.install(settings, database.url)
    try:
        with open_session(database, actors.system()) as session:
            state = health(session)
    except SQLAlchemyError:
        return  # the database's own finding says so
    finally:
        database.dispose()
    chinese, english = [], []
    if state.unreadable:
        chinese.append(
            f"{state.unreadable} 条内容读不出来，或引擎不收，没有进入索引：原因见后台任务日志，改好后会自动补上。"
        )
        english.append(
            f"{state.unreadable} things cannot be read, or the engine refuses them;"
            " the worker's log says why, and they are tried again."
        )
    if state.lag > LATE:
        chinese.append("更新等得太久：检查后台任务和搜索引擎。")
        english.append("Changes wait for too long: check the worker and the search engine.")
    ok = state.answers and not chinese
    if state.unbuilt:
        chinese.append("还没有索引，后台任务会建立。")
        english.append("No index yet: the worker makes it.")
    seconds = int(state.lag.total_seconds())
    sides = [_both_sides(corpus, state.answers) for corpus in state.corpora]
    chinese.append("；".join([*(side for side, _ in sides), f"{state.waiting} 条更新在等，落后 {seconds} 秒"]))
    english.append("; ".join([*(side for _, side in sides), f"{state.waiting} changes wait, {seconds} s behind"]))
    yield Finding("search index", ok, "".join(chinese), " ".join(english))


def _both_sides(corpus: CorpusHealth, answers: bool) -> tuple[str, str]:
    """What the index holds now, and what both sides held when they were last compared and at the last rebuild."""
    if corpus.indexed is not None:
        chinese, english = f"{corpus.corpus} 现有 {corpus.indexed} 条", f"{corpus.corpus} holds {corpus.indexed}"
    elif answers:
        chinese, english = f"{corpus.corpus} 还没有索引", f"{corpus.corpus}: no index yet"
    else:
        chinese, english = f"{corpus.corpus} 引擎没有回答", f"{corpus.corpus}: the engine does not answer"
    before = []
    if corpus.compared_at:
        at, held, indexed = _minute(corpus.compared_at), corpus.in_database, corpus.in_index
        before.append((f"{at} 核对：数据库 {held}，索引 {indexed}", f"{at} compared, database {held}, index {indexed}"))
    if corpus.rebuilt_at:
        at, count = _minute(corpus.rebuilt_at), corpus.rebuilt_count
        before.append((f"{at} 重建：数据库和索引各 {count}", f"{at} rebuilt, {count} on both sides"))
    if not before:
        return chinese, english
    in_chinese, in_english = zip(*before, strict=True)
    return f"{chinese}（{'；'.join(in_chinese)}）", f"{english} ({'; '.join(in_english)})"


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%m-%d %H:%M}"
