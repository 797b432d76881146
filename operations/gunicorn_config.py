"""How gunicorn serves the two doors (`gunicorn --config python:operations.gunicorn_config wsgi:app`)."""

from __future__ import annotations

# loaded once here, before the web processes are forked: they start faster and share the memory
import portal.app  # noqa: F401
import public_site.app  # noqa: F401
import settings
from search.analysis import load_dictionaries
from tenants import limited

load_dictionaries()

_settings = settings.current()

bind = f"{f'[{_settings.host}]' if ':' in _settings.host else _settings.host}:{_settings.port}"
workers = _settings.web_processes
worker_class = "operations.web_worker.BufferingWorker"
threads = _settings.web_threads
#: Clients of a process at once: with a file each for what they send and read, below the usual limit of 1,024.
worker_connections = 400
sendfile = False  # answers lie with the worker until they are read
keepalive = 15
#: Seconds without a sign of life after which a process is replaced; a request in a thread may take longer.
timeout = 60
#: Seconds for the requests under way when told to stop.
graceful_timeout = 8
# give memory back now and then, not all processes at once
max_requests = 20_000
max_requests_jitter = 4_000
# Chinese words take nine bytes a character in an address
limit_request_line = 8190
# who asks, by which scheme and host, is the apps' to read behind PROXIES; from no peer, not even this machine, here
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
# the log of requests is the apps' own
accesslog = None
loglevel = "warning"
proc_name = "xinya-web"
control_socket_disable = True


def when_ready(_server: object) -> None:
    """One process for all web processes to fork limited children from, begun before they are."""
    limited.warm("tenants.files.examining", "portal.publishing.importing")
