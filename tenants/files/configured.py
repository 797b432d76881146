"""Which store a deployment uses."""

from __future__ import annotations

from settings import Settings
from tenants.files.folder import FolderStorage
from tenants.files.storage import Storage


def open_storage(settings: Settings) -> Storage:
    """The file store by the settings: S3 when a bucket is named, else the data folder."""
    if settings.s3_bucket:
        from tenants.files.s3 import S3Storage  # boto3 is slow to import

        return S3Storage.by(settings)
    return FolderStorage(settings.data_folder / "files", settings.signing_key)
