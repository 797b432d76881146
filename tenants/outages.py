"""A database that cannot do what it is asked: told apart from our own mistakes, in a sentence for whoever waits."""

from __future__ import annotations

import logging

import psycopg
from flask_babel import gettext
from procrastinate.exceptions import ConnectorException
from psycopg import errors
from sqlalchemy.exc import DBAPIError, TimeoutError
from werkzeug.exceptions import Conflict, HTTPException, ServiceUnavailable

from tenants.rules import N_

log = logging.getLogger(__name__)

#: Seconds after which asking again makes sense.
RETRY_AFTER = 30

_FULL = N_("服务器的磁盘满了，刚才的内容没有保存。请联系管理员腾出空间后再试。")
_READ_ONLY = N_("系统正在维护，暂时只能看、不能改，刚才的内容没有保存。请过一会儿再试。")
_DOWN = N_("数据库暂时没有回应，刚才的操作没有完成。请过一两分钟再试。")
#: What the first fitting kind of error means; the wider kinds come last. PostgreSQL's "operational" errors are those
#: that no caller made: refused, ended and late connections, exhausted memory and disk, shutdown, input and output.
_MEANINGS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.DiskFull, _FULL),
    (errors.ReadOnlySqlTransaction, _READ_ONLY),
    (psycopg.OperationalError, _DOWN),
)
#: Two requests stood in each other's way, and the database let one of them.
_COLLISIONS = (errors.DeadlockDetected, errors.SerializationFailure)

#: As what such an error arrives.
ERRORS: tuple[type[Exception], ...] = (DBAPIError, TimeoutError, ConnectorException)


def answer(error: Exception) -> HTTPException:
    """The answer to a request that met `error`, one of `ERRORS`. Raises it again when it is a mistake of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error.__cause__
    if isinstance(cause, _COLLISIONS):
        return Conflict()
    sentence = next((sentence for kind, sentence in _MEANINGS if isinstance(cause, kind)), None)
    if isinstance(error, TimeoutError) or getattr(error, "connection_invalidated", False):
        sentence = sentence or _DOWN
    if sentence is None:
        raise error
    log.error("the database failed a request: %s", cause or error)
    return ServiceUnavailable(description=gettext(sentence), retry_after=RETRY_AFTER)
