"""Drawn pictures for the demonstration.

`picture("canal", "yuqiao-1")` is always the same picture; another seed is another canal. Nothing is
read from anywhere: no photographs, no fonts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from demo.drawing import (
    scenes_land,
    scenes_lane,
    scenes_park,
    scenes_plan,
    scenes_poster,
    scenes_quarter,
    scenes_sheet,
    scenes_square,
    scenes_street,
    scenes_work,
)
from demo.drawing.canvas import WIDTH, Canvas

Scene = Callable[[Canvas, bool], None]

SCENES: dict[str, Scene] = {
    "pocket_park": scenes_park.pocket_park,
    "canal": scenes_land.canal,
    "green_heart": scenes_land.green_heart,
    "rain_garden": scenes_park.rain_garden,
    "playground": scenes_park.playground,
    "fields": scenes_land.fields,
    "street": scenes_street.street,
    "lane": scenes_lane.lane,
    "market": scenes_quarter.market,
    "bus_stop": scenes_street.bus_stop,
    "old_block": scenes_quarter.old_block,
    "night_street": scenes_street.night_street,
    "parking": scenes_square.parking,
    "stage": scenes_square.stage,
    "plan": scenes_plan.plan,
    "axonometric": scenes_plan.axonometric,
    "diagram": scenes_sheet.diagram,
    "section": scenes_sheet.section,
    "poster": scenes_poster.poster,
    "award": scenes_poster.award,
    "building_site": scenes_work.building_site,
    "round_table": scenes_work.round_table,
    "exhibition": scenes_work.exhibition,
    "document": scenes_poster.document,
}
"""Each can also be drawn `before`; those without two states look the same but for the grey mood."""

DRAWING = "4"
"""Raise it when the drawing changes, so that kept pictures are drawn anew."""


@dataclass(frozen=True)
class Picture:
    """Which picture: a scene, the seed of its chances, and its state."""

    scene: str
    seed: str
    before: bool = False
    #: In pixels; the height follows, 8 to 5.
    width: int = WIDTH

    @property
    def file_name(self) -> str:
        digest = sha256(
            f"{DRAWING}:{self.scene}:{self.seed}:{self.before}:{self.width}".encode()
        ).hexdigest()[:20]
        return f"{self.scene}-{digest}.jpg"


def draw(picture: Picture) -> bytes:
    """The picture as JPEG."""
    canvas = Canvas(f"{picture.scene}:{picture.seed}", picture.width)
    mirrored = canvas.rng.random() < 0.5
    SCENES[picture.scene](canvas, picture.before)
    if mirrored:
        canvas.mirror()
    return canvas.finish(faded=picture.before)


def draw_all(
    pictures: Iterable[Picture], folder: Path, progress: Callable[[int, int], None] | None = None
) -> dict[Picture, Path]:
    """Draw what the folder does not hold yet, on two processes; returns where each picture is."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {picture: folder / picture.file_name for picture in pictures}
    missing = [(picture, path) for picture, path in wanted.items() if not path.exists()]
    if missing:
        # spawned: a fork would share the caller's database connections
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            for done, _ in enumerate(pool.map(_draw_to, *zip(*missing, strict=True), chunksize=4), 1):
                if progress:
                    progress(done, len(missing))
    return wanted


def _draw_to(picture: Picture, path: Path) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(draw(picture))
    part.replace(path)
