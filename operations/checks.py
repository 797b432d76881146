"""Is each part in use well? Asked by `/readyz` (which parts do not work?) and `xinya doctor` (what to do about it?).

A check returns findings; it never raises for a part that is broken, that is what it reports.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from migrations import schema
from settings import Settings
from tenants import actors
from tenants.clock import SHANGHAI
from tenants.database import Face, make_engine, open_session, runtime_role, url_for
from tenants.embedded import EmbeddedError
from tenants.isolation import open_doors
from tenants.mail import smtp

if TYPE_CHECKING:
    from search.health import CorpusHealth

#: A worker that has not been heard of for this long counts as absent (it writes every 10 seconds).
WORKER_SILENCE = timedelta(seconds=45)
#: Jobs waiting longer than this mean that the worker does not keep up.
WORKER_LAG = timedelta(minutes=10)
#: Free bytes in the data folder below which the operator is warned.
LOW_SPACE = 1 * 2**30


@dataclass(frozen=True)
class Finding:
    """What was found about a part. `chinese` and `english` say the same: what is wrong and how to mend it."""

    part: str
    ok: bool
    chinese: str
    english: str


def readiness(settings: Settings, faces: Iterable[Face]) -> Iterator[Finding]:
    """The parts that a serving process with these faces depends on."""
    faces = tuple(faces)
    for face in faces:
        yield from database(settings, face)
    if Face.WORKSPACE in faces:
        yield from worker(settings)
    yield from search_engine(settings)
    yield from storage(settings)


def everything(settings: Settings) -> Iterator[Finding]:
    """Every part in use, for the operator."""
    yield from data_folder(settings)
    yield from secret_key(settings)
    yield from assets()
    try:
        url_for(settings, Face.OWNER)  # has the embedded server running
    except EmbeddedError as error:
        yield Finding("database", False, str(error), "")
        return
    for face in Face:
        yield from database(settings, face)
    yield from isolation(settings)
    yield from worker(settings)
    yield from search_engine(settings)
    yield from search_index(settings)
    yield from storage(settings)
    yield from mail(settings)


def data_folder(settings: Settings) -> Iterator[Finding]:
    """The data folder can be written and has room."""
    folder = settings.data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Finding(
            "data folder",
            False,
            f"数据目录 {folder} 不能写入（{error.strerror}）：检查权限和磁盘，或用 XINYA_DATA 另选目录。",
            f"{folder} cannot be written ({error.strerror}): check permissions and disk, or set XINYA_DATA.",
        )
        return
    size = f"{free / 2**30:.1f} GB"
    if free < LOW_SPACE:
        yield Finding(
            "data folder", False, f"数据目录只剩 {size}：请腾出空间。", f"only {size} left: free some space."
        )
    else:
        yield Finding("data folder", True, f"{folder}，剩余 {size}", f"{size} free")


def secret_key(settings: Settings) -> Iterator[Finding]:
    """Cookies and links are signed with a key that is long enough and private."""
    try:
        key = settings.signing_key
    except OSError as error:
        yield Finding("secret key", False, f"读不到密钥：{error}", "the key cannot be read")
        return
    path = settings.data_folder / "secret_key"
    if len(key) < 32:
        yield Finding(
            "secret key", False, "SECRET_KEY 太短：至少 32 个字符。", "SECRET_KEY is too short: at least 32 characters."
        )
    elif not settings.secret_key.get_secret_value() and path.stat().st_mode & 0o077:
        yield Finding(
            "secret key", False, f"别人能读到密钥：chmod 600 {path}", f"others can read the key: chmod 600 {path}"
        )
    else:
        yield Finding("secret key", True, "已设置", "set")


def assets() -> Iterator[Finding]:
    """The browser's files are built."""
    from webkit import assets_manifest

    try:
        count = len(assets_manifest.load())
    except assets_manifest.AssetsNotBuilt:
        yield Finding("assets", False, "前端文件没有构建：运行 make assets。", "not built: run make assets.")
        return
    yield Finding("assets", True, f"{count} 个文件", f"{count} files")


def _looking(settings: Settings, face: Face) -> Engine:
    """An engine for a look at the database: it never starts the embedded one, whoever asks."""
    return make_engine(url_for(settings, face, start=False), pooled=False)


def database(settings: Settings, face: Face) -> Iterator[Finding]:
    """PostgreSQL answers a face, with the schema of this code, by a role that cannot step around isolation."""
    part = f"database ({face.value})"
    engine = _looking(settings, face)
    try:
        with engine.connect() as connection:
            state = schema.state(connection)
            if not state.current:
                yield Finding(part, False, *outdated(state))
            elif face is not Face.OWNER and _steps_around(connection):
                role = runtime_role(settings, face)
                yield Finding(
                    part,
                    False,
                    f"角色 {role} 权限过大，数据隔离无效：去掉 SUPERUSER 和 BYPASSRLS，也不能是表的所有者。",
                    f"role {role} steps around isolation: it must be neither superuser, BYPASSRLS nor an owner.",
                )
            else:
                version = connection.scalar(text("SHOW server_version"))
                yield Finding(part, True, f"PostgreSQL {version}，结构 {state.code}", f"schema {state.code}")
    except OperationalError as error:
        words = str(error.orig).strip().splitlines()[0] if error.orig else ""
        yield Finding(
            part,
            False,
            f"连不上数据库（{words}）：检查 DATABASE_URL 和 PostgreSQL 是否在运行。",
            "the database does not answer: check DATABASE_URL and that PostgreSQL runs.",
        )
    except ProgrammingError:
        yield Finding(part, False, "数据库没有初始化：运行 xinya db upgrade。", "no schema: run xinya db upgrade.")


def isolation(settings: Settings) -> Iterator[Finding]:
    """No role may have something run as the owner of the schema; a copied database gets some such rights back."""
    try:
        with _looking(settings, Face.OWNER).connect() as connection:
            found = open_doors(connection)
    except SQLAlchemyError:
        return  # the database's own finding says so
    if not found:
        yield Finding("isolation", True, "没有多余的权限", "no rights too many")
        return
    yield Finding(
        "isolation",
        False,
        f"数据隔离不牢：运行 xinya db upgrade；数据库属于别的角色时，请它的所有者执行：{'; '.join(found)}",
        f"rights too many: run xinya db upgrade, or as owner of the database: {'; '.join(found)}",
    )


def outdated(state: schema.SchemaState) -> tuple[str, str]:
    """What to do about a schema that is not this code's, in Chinese and English."""
    if not state.known:
        return (
            f"数据库结构（{state.database}）比程序（{state.code}）新：请使用新版程序。",
            f"the database ({state.database}) is newer than this program ({state.code}): use the newer program.",
        )
    return (
        f"数据库结构（{state.database or '空'}）比程序（{state.code}）旧：先备份，再运行 xinya db upgrade。",
        f"the database ({state.database or 'empty'}) is older than this program ({state.code}): "
        "back it up, then run xinya db upgrade.",
    )


def _steps_around(connection: Connection) -> bool:
    return bool(
        connection.scalar(
            text(
                "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relowner = r.oid)"
                " FROM pg_roles r WHERE rolname = current_user"
            )
        )
    )


def worker(settings: Settings) -> Iterator[Finding]:
    """A worker was heard of lately and keeps up."""
    engine = _looking(settings, Face.WORKSPACE)
    try:
        with engine.connect() as connection:
            seen = connection.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
            waiting, oldest = connection.execute(
                text(
                    "SELECT count(*), min(coalesce(j.scheduled_at, e.at)) FROM procrastinate_jobs j"
                    " LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
                    " WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()"
                )
            ).one()
    except SQLAlchemyError:
        return  # the database's own finding says so
    now = datetime.now(UTC)
    if seen is None or now - seen > WORKER_SILENCE:
        yield Finding(
            "worker",
            False,
            f"后台任务进程没有运行，{waiting} 个任务在等：运行 xinya worker（或 xinya serve）。",
            f"no worker is running, {waiting} jobs wait: run xinya worker (or xinya serve).",
        )
    elif oldest is not None and now - oldest > WORKER_LAG:
        minutes = int((now - oldest).total_seconds() // 60)
        yield Finding(
            "worker",
            False,
            f"后台任务积压：{waiting} 个在等，最早的已等 {minutes} 分钟。",
            f"the worker lags: {waiting} jobs wait, the oldest for {minutes} minutes.",
        )
    else:
        yield Finding("worker", True, f"在运行，{waiting} 个任务在等", f"running, {waiting} jobs wait")


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

    database = _looking(settings, Face.WORKSPACE)
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


def storage(settings: Settings) -> Iterator[Finding]:
    """Files can be written, read and removed."""
    from tenants.files.configured import open_storage
    from tenants.files.storage import StoreDown

    where = f"S3 {settings.s3_bucket}" if settings.s3_bucket else str(settings.data_folder / "files")
    try:
        open_storage(settings).check()
    except StoreDown as error:
        yield Finding(
            "storage",
            False,
            f"文件存储 {where} 不可用（{error}）：检查 S3_* 设置、密钥和存储桶，或数据目录的权限。",
            "files cannot be kept: check the S3_* settings, keys and bucket, or the data folder.",
        )
        return
    yield Finding("storage", True, where, "write, read and delete work")


def mail(settings: Settings) -> Iterator[Finding]:
    """The SMTP server answers and takes the password. No message is sent."""
    address = settings.smtp_url.get_secret_value()
    if not address:
        yield Finding("mail", True, "未设置 SMTP_URL，邮件只留在发件箱里", "no SMTP_URL: kept in the outbox only")
        return
    try:
        server = smtp.Server.by(address)
    except ValueError as error:
        yield Finding("mail", False, f"SMTP_URL 写得不对（{error}）。", f"SMTP_URL cannot be used: {error}.")
        return
    try:
        smtp.connected(server).close()
    except smtp.NotNow as error:
        yield Finding(
            "mail",
            False,
            f"邮件服务器 {server.host} 不可用（{error}）：检查 SMTP_URL。",
            f"{server.host} does not work ({error}): check SMTP_URL.",
        )
        return
    yield Finding("mail", True, f"{server.host} 可用", f"{server.host} works")
