"""What can be wrong with the embedded server, in words for the operator."""

from __future__ import annotations

from pathlib import Path


class EmbeddedError(Exception):
    """The embedded server cannot work; the text says why and what to do, in Chinese and English."""

    def __init__(self, chinese: str, english: str, detail: str = "") -> None:
        super().__init__("\n".join(part for part in (chinese, english, detail.strip()) if part))


_FULL = ("磁盘已满，请腾出空间后再试。", "The disk is full: free some space and try again.")
_VERSION = (
    "数据库文件由另一版本的 PostgreSQL 建立，请用原来的程序版本导出数据。",
    "The database files were made by another version of PostgreSQL: dump the data with that version.",
)
_MEMORY = ("内存不足，数据库无法启动。", "There is not enough memory to start the database.")
_DAMAGED = (
    "数据库文件已损坏。请不要删除任何文件：先把整个数据目录复制到别处，再用最近的备份恢复。",
    "The database files are damaged. Delete nothing: copy the whole data folder away, then restore the latest backup.",
)
_UNKNOWN = ("原因见下面的日志。", "The reason is in the log below.")

#: What the server's own words mean; the first that is found counts.
_MEANINGS = (
    ("No space left on device", _FULL),
    ("Disk quota exceeded", _FULL),
    ("incompatible with server", _VERSION),
    ("could not map anonymous shared memory", _MEMORY),
    ("pg_control", _DAMAGED),
    ("pg_wal", _DAMAGED),
    ("PANIC", _DAMAGED),
    ("checkpoint", _DAMAGED),
    ("invalid page", _DAMAGED),
    ("could not open", _DAMAGED),
    ("could not read", _DAMAGED),
    ("could not access", _DAMAGED),
    ("is not a database cluster directory", _DAMAGED),
)


def not_started(words: str, log: Path) -> EmbeddedError:
    """The server or one of its programs failed and said `words`."""
    chinese, english = next((meaning for key, meaning in _MEANINGS if key in words), _UNKNOWN)
    end = "\n".join(line for line in words.splitlines() if line.strip())[-1500:]
    return EmbeddedError(
        f"数据库没有启动。{chinese}", f"The database did not start. {english}", f"{end}\n{log}"
    )


def unusable(path: Path, error: OSError) -> EmbeddedError:
    """A file or folder cannot be read or written."""
    if error.errno == 28:  # ENOSPC
        return EmbeddedError(*_FULL, str(path))
    return EmbeddedError(
        f"数据目录不能使用：{path}（{error.strerror}）。请检查权限，或用 XINYA_DATA 另选一个目录。",
        f"The data folder cannot be used: {path} ({error.strerror}). Check its permissions, or choose another "
        "with XINYA_DATA.",
    )


def no_space(folder: Path, free: int, needed: int) -> EmbeddedError:
    """Too few bytes are free."""
    return EmbeddedError(
        f"磁盘空间不足：{folder} 只剩 {free // 2**20} MB，至少需要 {needed // 2**20} MB。",
        f"Not enough disk space: {free // 2**20} MB left in {folder}, {needed // 2**20} MB needed.",
    )


def incomplete(data: Path) -> EmbeddedError:
    """There are files, but they are not a cluster."""
    return EmbeddedError(
        f"{data} 里有文件，却没有 PG_VERSION：数据目录不完整。请用备份恢复，或换一个 XINYA_DATA。",
        f"{data} is not empty but has no PG_VERSION: the data folder is incomplete. Restore a backup, or choose "
        "another XINYA_DATA.",
    )


def other_version(data: Path, found: str, wanted: int) -> EmbeddedError:
    """The cluster was made by another major version."""
    return EmbeddedError(
        f"{data} 由 PostgreSQL {found} 建立，本程序自带的是 {wanted}。请用原来的程序版本导出数据，再在这里导入。",
        f"{data} was made by PostgreSQL {found}; this program brings {wanted}. Dump the data with the version "
        "that made it, then load it here.",
    )


def other_owner(path: Path, uid: int) -> EmbeddedError:
    """A file or folder is somebody else's."""
    return EmbeddedError(
        f"{path} 属于另一个用户（uid {uid}）。请用当初建立它的用户运行；如果是复制来的，请连同属主一起复制（cp -a）。",
        f"{path} belongs to another user (uid {uid}). Run as the user who made it; if it is a copy, copy it with its "
        "owners (cp -a).",
    )


def no_user(error: Exception) -> EmbeddedError:
    """There is no operating system's user as whom the server may run."""
    return EmbeddedError(
        "PostgreSQL 需要一个有名字的普通用户：以 root 运行时没能建立专用的系统用户，或当前用户没有名字。"
        "请改用普通用户运行，或设置 DATABASE_URL。",
        "PostgreSQL needs an ordinary user that has a name: root could not make one for it, or the present user "
        "has none. Run as an ordinary user, or set DATABASE_URL.",
        str(error),
    )
