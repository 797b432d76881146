"""The contract of a file store, on the folder and on a real S3 server."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import Settings
from tenants.files.configured import open_storage
from tenants.files.folder import LINK_PATH, FolderStorage, verify_link
from tenants.files.storage import (
    NotStored,
    Storage,
    StoreDown,
    checked,
    content_disposition,
    key_of,
)
from tests.support.s3 import s3_server

TENANT = UUID("0190aaaa-0000-7000-8000-000000000001")


@pytest.fixture(scope="module")
def s3_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    with s3_server(tmp_path_factory.mktemp("s3")) as given:
        yield given


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    given = request.getfixturevalue("s3_settings") if request.param == "s3" else {}
    return open_storage(Settings(data_folder=tmp_path, secret_key="for tests", **given))


def new_key(name: str = "original.pdf") -> str:
    return key_of(TENANT, uuid4(), name)


def test_what_is_put_can_be_read_whole_and_in_part(storage: Storage) -> None:
    key, content = new_key(), bytes(range(256)) * 2000
    assert not storage.exists(key)
    storage.put(key, BytesIO(content), content_type="application/pdf")
    assert storage.exists(key)
    whole = storage.open(key)
    assert (whole.size, whole.start, whole.length) == (len(content), 0, len(content))
    assert whole.read() == content
    for start, end in [(0, 1), (100, 70_000), (511_999, None), (500_000, 999_999), (5, None)]:
        part = storage.open(key, start=start, end=end)
        assert part.size == len(content)
        assert part.read() == content[start:end]
        assert part.length == len(content[start:end])


@pytest.mark.parametrize(("start", "end"), [(10, None), (11, 20), (4, 4), (5, 4)])
def test_an_empty_range_is_an_error(storage: Storage, start: int, end: int | None) -> None:
    key = new_key()
    storage.put(key, BytesIO(b"0123456789"), content_type="text/plain")
    with pytest.raises(ValueError):
        storage.open(key, start=start, end=end)


def test_putting_again_replaces_and_deleting_twice_is_fine(storage: Storage) -> None:
    key = new_key()
    storage.put(key, BytesIO(b"one"), content_type="text/plain")
    storage.put(key, BytesIO(b"other"), content_type="text/plain")
    assert storage.open(key).read() == b"other"
    storage.delete(key)
    storage.delete(key)
    assert not storage.exists(key)
    with pytest.raises(NotStored):
        storage.open(key)


def test_an_empty_object_is_kept(storage: Storage) -> None:
    key = new_key()
    storage.put(key, BytesIO(b""), content_type="text/plain")
    assert storage.open(key).read() == b""


def test_objects_are_found_by_their_prefix(storage: Storage) -> None:
    tenant = uuid4()
    keys = sorted(key_of(tenant, uuid4(), name) for name in ("480.webp", "960.webp", "original.docx"))
    for key in (*keys, new_key()):
        storage.put(key, BytesIO(b"x"), content_type="image/webp")
    found = list(storage.find(f"{tenant}/"))
    assert sorted(one.key for one in found) == keys
    assert all(abs(one.modified - datetime.now(UTC)) < timedelta(minutes=5) for one in found)


def test_the_probe_leaves_nothing_behind(storage: Storage) -> None:
    storage.check()
    assert not list(storage.find("probe/"))


def test_many_put_and_delete_at_once(storage: Storage) -> None:
    file_id = uuid4()
    failures: list[BaseException] = []

    def work(number: int) -> None:
        key = key_of(TENANT, file_id, f"{number}.webp")
        try:
            for turn in range(8):
                storage.put(key, BytesIO(b"%d" % turn * 1000), content_type="image/webp")
                assert storage.open(key).read() == b"%d" % turn * 1000
                storage.delete(key)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


HOSTILE_KEYS = [
    "", "/", "a", "../etc/passwd", "a/../b", "a/./b", "a//b", "/a/b", "a/b/", "a\\..\\b", "a/b\x00", "a/.hidden",
    "a/b\n", "A/b", "a/中", "a/" + "b" * 300, "a/b/c/d/e/f", "~/a", "a/b?x", "file:///a", ".incoming/a",
]  # fmt: skip


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_a_key_that_is_none_reaches_nothing(storage: Storage, key: str) -> None:
    for attempt in (
        lambda: storage.put(key, BytesIO(b"x"), content_type="text/plain"),
        lambda: storage.open(key),
        lambda: storage.exists(key),
        lambda: storage.delete(key),
        lambda: storage.signed_url(key, "x", 60, content_type="text/plain"),
    ):
        with pytest.raises(ValueError):
            attempt()


@given(st.text(alphabet="ab./\\~-_0\x00 中%", max_size=30))
def test_no_key_leads_out_of_the_folder(key: str) -> None:
    root = Path("/srv/files")
    try:
        path = root / checked(key)
    except ValueError:
        return
    assert path.resolve().is_relative_to(root) and path != root


def test_an_s3_link_downloads_under_the_chinese_name(s3_settings: dict[str, object], tmp_path: Path) -> None:
    storage = open_storage(Settings(data_folder=tmp_path, **s3_settings))  # type: ignore[arg-type]
    key = new_key()
    storage.put(key, BytesIO(b"%PDF-1.7"), content_type="application/pdf")
    address = storage.signed_url(key, '规划 "解读".pdf', 60, content_type="application/pdf")
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"%PDF-1.7"
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == content_disposition('规划 "解读".pdf')
    tampered = address.replace(str(TENANT), str(uuid4()))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(tampered)
    refused.value.close()
    assert refused.value.code == 403


def test_a_folder_link_opens_one_thing_for_a_while(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, "for tests")
    key = new_key()
    address = storage.signed_url(key, "规划.pdf", 60, content_type="application/pdf")
    assert address.startswith(LINK_PATH)
    token = address.removeprefix(LINK_PATH)
    link = verify_link("for tests", token)
    assert link is not None
    assert (link.key, link.filename, link.content_type) == (key, "规划.pdf", "application/pdf")
    assert verify_link("another key", token) is None
    assert verify_link("for tests", token[:-2]) is None
    assert verify_link("for tests", "x" + token) is None
    assert verify_link("for tests", "") is None
    over = storage.signed_url(key, "规划.pdf", 0, content_type="application/pdf")
    assert verify_link("for tests", over.removeprefix(LINK_PATH)) is None


class _Breaks(BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 100_000:
            raise ConnectionError("the sender went away")
        return super().read(50_000)


def test_an_upload_that_breaks_leaves_the_former_object(storage: Storage) -> None:
    key = new_key()
    storage.put(key, BytesIO(b"before"), content_type="text/plain")
    with pytest.raises((StoreDown, ConnectionError)):
        storage.put(key, _Breaks(bytes(500_000)), content_type="text/plain")
    assert storage.open(key).read() == b"before"
    if isinstance(storage, FolderStorage):
        assert not list((storage.root / ".incoming").iterdir())


def test_a_store_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    storages = [
        open_storage(Settings(data_folder=tmp_path, secret_key="x")),
        open_storage(
            Settings(
                s3_bucket="none",
                s3_endpoint_url="http://127.0.0.1:9",
                s3_access_key_id="a",
                s3_secret_access_key="b",
            )
        ),
    ]
    for storage in storages:
        with pytest.raises(StoreDown):
            storage.check()


def test_a_wrong_secret_is_an_unreachable_store(s3_settings: dict[str, object]) -> None:
    storage = open_storage(Settings(**{**s3_settings, "s3_secret_access_key": "wrong"}))  # type: ignore[arg-type]
    with pytest.raises(StoreDown):
        storage.check()
