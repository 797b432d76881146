"""Every setting of Xinya, typed, read from the environment, with defaults that run.

Nothing else in the project reads the environment. The README's configuration table is
checked against this class by a test.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """The settings of one process.

    Names in the environment are the upper-case field names, except `data_folder`
    (`XINYA_DATA`) and `demo` (`XINYA_DEMO`).
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    # where it serves
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str = Field("", description="Address of the public site, for links in mail and feeds")
    workspace_url: str = Field("", description="Address of the workspace; default: public_url + /workspace")
    public_host: str = Field("", description="Host name of the public site, to tell the faces apart by host")
    workspace_host: str = ""
    proxies: int = Field(0, ge=0, description="Trusted reverse proxies in front (X-Forwarded-*)")
    web_processes: int = Field(2, ge=1)
    web_threads: int = Field(4, ge=1)

    # what it keeps
    data_folder: Path = Field(
        REPOSITORY / "var", validation_alias=AliasChoices("XINYA_DATA", "data_folder")
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs cookies and links; made and kept in the data folder when empty"
    )
    demo: bool = Field(False, validation_alias=AliasChoices("XINYA_DEMO", "demo"))

    # database
    database_url: SecretStr = Field(SecretStr(""), description="Owner of the schema; empty: embedded server")
    database_workspace_url: SecretStr = Field(SecretStr(""), description="Runtime role of the workspace")
    database_public_url: SecretStr = Field(SecretStr(""), description="Runtime role of the public site")
    database_role_prefix: str = Field("xinya", pattern=r"^[a-z][a-z0-9_]{0,40}$")
    database_pool_size: int = Field(8, ge=1)

    # search
    elasticsearch_url: str = Field("", description="Node addresses, comma separated; empty: embedded engine")
    elasticsearch_api_key: SecretStr = SecretStr("")
    elasticsearch_user: str = ""
    elasticsearch_password: SecretStr = SecretStr("")
    elasticsearch_ca_file: str = ""
    elasticsearch_index_prefix: str = "xinya"
    elasticsearch_replicas: int = Field(0, ge=0)
    search_timeout_seconds: float = Field(2.0, gt=0)

    # files
    s3_bucket: str = Field("", description="Bucket for files; empty: a folder in the data folder")
    s3_endpoint_url: str = ""
    s3_access_key_id: SecretStr = SecretStr("")
    s3_secret_access_key: SecretStr = SecretStr("")
    s3_region: str = "us-east-1"
    upload_limit_bytes: int = Field(50 * 1024 * 1024, ge=1)
    image_limit_pixels: int = Field(50_000_000, ge=1)

    # mail
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587 or smtps://; empty: kept in the outbox only"
    )
    mail_from: str = "Xinya <noreply@localhost>"

    # the district
    district_name: str = "北京市通州区"
    product_name: str = "新芽"
    city_center: str = Field("39.9025,116.6570", description="Latitude,longitude where maps open")
    map_tiles_url: str = Field("", description="Tile address template; empty: boundaries and places only")

    @cached_property
    def signing_key(self) -> str:
        """The secret key: from the environment, else the one kept in the data folder (mode 0600)."""
        given = self.secret_key.get_secret_value()
        if given:
            return given
        path = self.data_folder / "secret_key"
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            self.data_folder.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{secrets.token_hex(4)}")
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_urlsafe(48), encoding="ascii")
            with suppress(FileExistsError):
                path.hardlink_to(temporary)  # the first process wins; the others read its key
            temporary.unlink()
            return path.read_text(encoding="ascii").strip()

    @property
    def public_address(self) -> str:
        """Base address of the public site, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def workspace_address(self) -> str:
        """Base address of the workspace, without a trailing slash."""
        return (self.workspace_url or f"{self.public_address}/workspace").rstrip("/")


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process, read once."""
    return Settings()
