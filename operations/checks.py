"""Is each part in use well? Asked by `/readyz` (which parts do not work?) and `xinya doctor` (what to do about it?).

A check returns findings; it never raises for a part that is broken, that is what it reports.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from migrations import schema
from operations.finding import Finding, looking
from operations.search_checks import search_engine, search_index
from settings import Settings
from tenants import actors
from tenants.database import Face, open_session, runtime_role, url_for
from tenants.embedded import EmbeddedError
from tenants.isolation import open_doors
from tenants.mail import smtp

#: A worker that has not been heard of for this long counts as absent (it writes every 10 seconds).
WORKER_SILENCE = timedelta(seconds=45)
#: Jobs waiting longer than this mean that the worker does not keep up.
WORKER_LAG = timedelta(minutes=10)
#: Free bytes in the data folder below which the operator is warned.
LOW_SPACE = 1 * 2**30


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


def database(settings: Settings, face: Face) -> Iterator[Finding]:
    """PostgreSQL answers a face, with the schema of this code, by a role that cannot step around isolation."""
    part = f"database ({face.value})"
    engine = looking(settings, face)
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
        with looking(settings, Face.OWNER).connect() as connection:
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
    engine = looking(settings, Face.WORKSPACE)
    try:
        with open_session(engine, actors.system()) as session:
            seen = session.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
            waiting, oldest = session.execute(
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
