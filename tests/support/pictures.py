"""Pictures that cost nothing, for the demonstration."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from PIL import Image

from demo.content import District
from demo.newsroom import pictures_of


def lay_out_plain(district: District, data_folder: Path, *, but: int = 0) -> None:
    """Small sheets of one colour where the demonstration keeps its drawings, `but` for so many: drawing has its own
    tests, and takes long, as do the many sizes of a large picture."""
    folder = data_folder / "demo-pictures"
    folder.mkdir(parents=True)
    wanted = [picture for tenant in district.tenants for picture in pictures_of(tenant)]
    for picture in wanted[but:]:
        colour = tuple(sha256(picture.file_name.encode()).digest()[:3])
        Image.new("RGB", (480, 300), colour).save(folder / picture.file_name)
