"""What `xinya serve` does before it serves, and says when it does."""

from __future__ import annotations

from collections.abc import Sequence

import pyotp

from migrations import schema
from operations import checks
from operations.console import Console
from operations.serve import CannotServe
from operations.worker import load_slices
from settings import Settings
from tenants import embedded, limited
from tenants.database import Face, engine_for, make_engine, url_for
from tenants.isolation import open_doors


def prepare(settings: Settings, faces: Sequence[Face], console: Console, *, database: bool) -> None:
    """Everything a deployment needs before it can serve. Raises CannotServe or EmbeddedError."""
    for finding in checks.data_folder(settings):
        if not finding.ok:
            console.warn(finding.chinese, finding.english)
    for finding in (*checks.secret_key(settings), *checks.assets()):
        if not finding.ok:
            raise CannotServe(f"{finding.chinese}\n{finding.english}")
    if database:
        with console.step("启动数据库", "starting the embedded database"):
            embedded.ensure_running(settings)
    may_migrate = database or bool(settings.database_url.get_secret_value())
    if may_migrate:
        empty = bring_schema(settings, console, automatic=database or settings.demo)
        filled = settings.demo and load_demo(settings, console)
        if empty or filled:
            _first_index(settings, console)
    else:
        _require_schema(settings, faces)


def bring_schema(settings: Settings, console: Console, *, automatic: bool) -> bool:
    """Bring the schema to this code if that may be done unasked, or if the database is empty; True if it was empty.

    Raises CannotServe.
    """
    engine = make_engine(url_for(settings, Face.OWNER), pooled=False)
    with engine.connect() as connection:
        state = schema.state(connection)
        closed = not open_doors(connection)
    if state.current:
        if not closed:  # a copy or a restored dump
            schema.upgrade(settings)
        return False
    if not state.known or not (automatic or state.database is None):
        raise CannotServe("\n".join(checks.outdated(state)))
    with console.step("建立数据库结构", "bringing the database's schema up to date"):
        schema.upgrade(settings)
    return state.database is None


def _require_schema(settings: Settings, faces: Sequence[Face]) -> None:
    """For a process that knows only runtime roles."""
    for face in faces:
        for finding in checks.database(settings, face):
            if not finding.ok:
                raise CannotServe(f"{finding.chinese}\n{finding.english}")


def load_demo(settings: Settings, console: Console) -> bool:
    """Load the demonstration district unless it is there; True if it was loaded now."""
    from demo import load

    if load.is_loaded(settings):
        return False
    with console.progress("载入演示数据", "loading the demonstration district") as bar:
        load.load(settings, progress=bar)
    limited.rest()  # whoever only watches the others uploads nothing more
    return True


def _first_index(settings: Settings, console: Console) -> None:
    """Index what is there, so that nobody's first search meets a resting one. Later the worker sees to it."""
    try:
        reindex(settings, console)
    except CannotServe as reason:
        chinese, _, english = str(reason).rpartition("\n")
        console.warn(chinese, english)


def reindex(settings: Settings, console: Console) -> None:
    """Rebuild both indexes beside the live ones. Raises CannotServe with the reason."""
    from search import connect
    from search import reindex as rebuilding
    from search.engine import EngineDown
    from search.sources import Corpus

    load_slices()
    names = {Corpus.PUBLIC: ("公众搜索", "public search"), Corpus.WORKSPACE: ("工作台搜索", "workspace search")}
    try:
        database, engine = engine_for(settings, Face.WORKSPACE), connect.make(settings)
    except ValueError as error:
        raise CannotServe(f"搜索引擎的设置不对：{error}\nThe settings of the search engine are wrong.") from error
    try:
        for corpus in Corpus:
            chinese, english = names[corpus]
            with console.progress(f"建立索引：{chinese}", f"indexing, {english}") as bar:
                done = rebuilding.rebuild(database, engine, corpus, bar)
            console.good(
                f"{chinese}：{done.documents} 条",
                f"{english}: {done.documents} documents, {done.rate:.0f} per second",
            )
    except rebuilding.RebuildRuns as error:
        raise CannotServe("另一个重建正在进行，请等它结束。\nAnother rebuild is at work; wait for it.") from error
    except (rebuilding.RebuildFailed, EngineDown) as error:
        raise CannotServe(
            f"重建没有完成，原来的索引照常使用：{error}\nThe rebuild did not finish; the former index stays in use."
        ) from error
    finally:
        engine.close()
        database.dispose()


def welcome(settings: Settings, faces: Sequence[Face], console: Console) -> None:
    """Where to go, and in the demonstration who to be."""
    if Face.PUBLIC in faces:
        console.good(f"公众网站：{settings.public_address}/", "public site")
    if Face.WORKSPACE in faces:
        console.good(f"工作台：  {settings.workspace_address}/", "workspace")
    if settings.demo:
        show_sign_ins(settings, console)
    console.say("按 Ctrl-C 停止。", "Ctrl-C stops it.")


def show_sign_ins(settings: Settings, console: Console) -> None:
    """Whom to be in the demonstration; a second factor as the code of this moment."""
    from demo import load

    console.say("演示账号（密码、动态码）", "Demonstration sign-ins (password, code of this moment):")
    for person in load.sign_ins(settings):
        code = pyotp.TOTP(person.totp_secret).now() if person.totp_secret else ""
        console.row(f"  {person.who}", f"{person.email}  {person.password}  {code}", width=32)
    console.say("稍后的动态码：.venv/bin/xinya demo --sign-ins", "shows later codes.")
