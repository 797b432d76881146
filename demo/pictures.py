"""Drawn pictures for the demonstration.

`picture("canal", "yuqiao-1")` is always the same picture; another seed is another canal. Nothing is
read from anywhere: no photographs, no fonts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from demo.drawing import scenes_green, scenes_plan, scenes_street, scenes_work
from demo.drawing.canvas import Canvas

Scene = Callable[[Canvas, bool], None]

SCENES: dict[str, Scene] = {
    "pocket_park": scenes_green.pocket_park,
    "canal": scenes_green.canal,
    "green_heart": scenes_green.green_heart,
    "rain_garden": scenes_green.rain_garden,
    "playground": scenes_green.playground,
    "fields": scenes_green.fields,
    "street": scenes_street.street,
    "lane": scenes_street.lane,
    "market": scenes_street.market,
    "bus_stop": scenes_street.bus_stop,
    "old_block": scenes_street.old_block,
    "night_street": scenes_street.night_street,
    "parking": scenes_street.parking,
    "stage": scenes_street.stage,
    "plan": scenes_plan.plan,
    "axonometric": scenes_plan.axonometric,
    "diagram": scenes_plan.diagram,
    "section": scenes_plan.section,
    "poster": scenes_work.poster,
    "award": scenes_work.award,
    "building_site": scenes_work.building_site,
    "round_table": scenes_work.round_table,
    "exhibition": scenes_work.exhibition,
    "document": scenes_work.document,
}
"""Each can also be drawn `before`; those without two states look the same but for the grey mood."""

DRAWING = "1"
"""Raise it when the drawing changes, so that kept pictures are drawn anew."""


@dataclass(frozen=True)
class Picture:
    """Which picture: a scene, the seed of its chances, and its state."""

    scene: str
    seed: str
    before: bool = False

    @property
    def file_name(self) -> str:
        digest = sha256(f"{DRAWING}:{self.scene}:{self.seed}:{self.before}".encode()).hexdigest()[:20]
        return f"{self.scene}-{digest}.jpg"


def draw(picture: Picture) -> bytes:
    """The picture as JPEG, 1600 × 1000."""
    canvas = Canvas(f"{picture.scene}:{picture.seed}")
    if canvas.rng.random() < 0.5:
        SCENES[picture.scene](canvas, picture.before)
        canvas.mirror()
    else:
        SCENES[picture.scene](canvas, picture.before)
    return canvas.finish(faded=picture.before)


def draw_all(
    pictures: Iterable[Picture], folder: Path, progress: Callable[[int, int], None] | None = None
) -> dict[Picture, Path]:
    """Draw what the folder does not hold yet, on two processes; returns where each picture is."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {picture: folder / picture.file_name for picture in pictures}
    missing = [(picture, path) for picture, path in wanted.items() if not path.exists()]
    if missing:
        with ProcessPoolExecutor(2) as pool:
            for done, _ in enumerate(pool.map(_draw_to, *zip(*missing, strict=True), chunksize=4), 1):
                if progress:
                    progress(done, len(missing))
    return wanted


def _draw_to(picture: Picture, path: Path) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(draw(picture))
    part.replace(path)
