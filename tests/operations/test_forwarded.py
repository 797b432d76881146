"""What the web server believes of a request that says it was passed on, from a peer on the same machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

from tests.support.processes import free_port, until

CLAIMED = {
    "SCRIPT_NAME": "/workspace",
    "PATH_INFO": "/elsewhere",
    "REMOTE_USER": "office",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Host": "desk.example.cn",
    "Forwarded": "for=192.0.2.7;proto=https;host=desk.example.cn",
}


def test_the_server_believes_no_forwarded_header(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:operations.gunicorn_config"]
    environ = {**os.environ, "XINYA_DATA": str(tmp_path), "PORT": str(port), "HOST": "127.0.0.1", "WEB_PROCESSES": "1"}
    told: list[dict[str, str]] = []

    def answered() -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        with suppress(ConnectionRefusedError):
            connection.request("GET", "/workspace/page", headers=CLAIMED)
            told.append(json.loads(connection.getresponse().read()))
        connection.close()
        return bool(told)

    server = subprocess.Popen([*command, "tests.support.echo:app"], env=environ)
    try:
        until(answered)
    finally:
        server.terminate()
        server.wait(timeout=60)
    assert told == [
        {
            "SCRIPT_NAME": "", "PATH_INFO": "/workspace/page", "REMOTE_ADDR": "127.0.0.1", "REMOTE_USER": "",
            "HTTP_HOST": f"127.0.0.1:{port}", "wsgi.url_scheme": "http",
        }
    ]  # fmt: skip
