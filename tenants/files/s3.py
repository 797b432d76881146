"""Files in any S3-compatible store."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from settings import Settings
from tenants.files.storage import Found, NotStored, Opened, StoreDown, checked, content_disposition

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_CONFIG = Config(
    signature_version="s3v4",
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    s3={"addressing_style": "auto"},
    # only what every S3-compatible server understands
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class S3Storage:
    """Objects in one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def by(cls, settings: Settings) -> S3Storage:
        """The bucket of the settings. Without keys there, boto3's own ways to find them apply."""
        client = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint_url or None,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key_id.get_secret_value() or None,
            aws_secret_access_key=settings.s3_secret_access_key.get_secret_value() or None,
            config=_CONFIG,
        )
        return cls(client, settings.s3_bucket)

    def put(self, key: str, content: BinaryIO, *, content_type: str) -> None:
        with _store_errors(key):
            self._client.put_object(
                Bucket=self._bucket, Key=checked(key), Body=content, ContentType=content_type
            )

    def open(self, key: str, *, start: int = 0, end: int | None = None) -> Opened:
        with _store_errors(key):
            if not start and end is None:
                answer = self._client.get_object(Bucket=self._bucket, Key=checked(key))
                size = answer["ContentLength"]
            else:
                last = "" if end is None else str(end - 1)
                if end is not None and end <= start:
                    raise ValueError(f"no bytes from {start} to {end}")
                answer = self._client.get_object(
                    Bucket=self._bucket, Key=checked(key), Range=f"bytes={start}-{last}"
                )
                size = int(answer["ContentRange"].rpartition("/")[2])
            return Opened(answer["Body"], size, start, answer["ContentLength"])

    def exists(self, key: str) -> bool:
        try:
            with _store_errors(key):
                self._client.head_object(Bucket=self._bucket, Key=checked(key))
        except NotStored:
            return False
        return True

    def delete(self, key: str) -> None:
        with _store_errors(key):
            self._client.delete_object(Bucket=self._bucket, Key=checked(key))

    def signed_url(self, key: str, filename: str, seconds: int, *, content_type: str) -> str:
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": checked(key),
                "ResponseContentDisposition": content_disposition(filename),
                "ResponseContentType": content_type,
            },
            ExpiresIn=seconds,
        )

    def find(self, prefix: str = "") -> Iterator[Found]:
        with _store_errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                for item in page.get("Contents", ()):
                    yield Found(item["Key"], item["LastModified"])

    def check(self) -> None:
        key = f"probe/{secrets.token_hex(8)}"
        self.put(key, BytesIO(b"probe"), content_type="text/plain")
        self.open(key).read()
        self.delete(key)


@contextmanager
def _store_errors(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in ("NoSuchKey", "404"):
            raise NotStored(key) from error
        if code in ("InvalidRange", "416"):
            raise ValueError(f"no such bytes in {key}") from error
        raise StoreDown(str(error)) from error
    except BotoCoreError as error:
        raise StoreDown(str(error)) from error
