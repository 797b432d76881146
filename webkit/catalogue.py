"""The catalogues: `python -m webkit.catalogue update` after texts change, `compile` at build.

Message ids are the Chinese sentences, so Chinese needs no catalogue; English must be complete.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from webkit.language import TRANSLATIONS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("webkit", "tenants", "search", "portal", "public_site")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}


def extract() -> Catalog:
    """Every sentence of the interface, with where it stands (files only: lines would change daily)."""
    with (Path(__file__).parent / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalogue = Catalog(charset="utf-8", project="Xinya")
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, methods, options, keywords=KEYWORDS)
        for name, _line, message, _comments, context in found:
            catalogue.add(message, locations=[(f"{package}/{name}", 0)], context=context)
    return catalogue


def update(po: Path, found: Catalog) -> None:
    """Merge what was extracted into `po`, keep its translations, drop what is gone."""
    with po.open("rb") as file:
        catalogue = read_po(file, locale=po.parent.parent.name)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with po.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, include_lineno=False)


def missing(po: Path, found: Catalog) -> list[str]:
    """The extracted sentences that `po` does not translate."""
    with po.open("rb") as file:
        catalogue = read_po(file)
    lacking = []
    for message in found:
        known = catalogue.get(message.id)
        if message.id and (known is None or known.fuzzy or not all(_strings(known.string))):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def _strings(string: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [string] if isinstance(string, str) else list(string or [""])


def compile_all(folder: Path = TRANSLATIONS) -> list[Path]:
    """Write the .mo next to every .po; Babel refuses placeholders that do not match."""
    written = []
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with po.open("rb") as file:
            catalogue = read_po(file)
        faults = [str(e) for message, errors in catalogue.check() for e in errors]
        if faults:
            raise SystemExit(f"{po.name}: {'; '.join(faults)}")
        mo = po.with_suffix(".mo")
        with mo.open("wb") as file:
            write_mo(file, catalogue)
        written.append(mo)
    return written


def main(arguments: list[str]) -> int:
    """Command line: update | missing | compile."""
    po = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
    match arguments:
        case ["update"]:
            found = extract()
            update(po, found)
            print(f"{po.relative_to(ROOT)}: {len(missing(po, found))} sentences without English")
        case ["missing"]:
            lacking = missing(po, extract())
            print("\n".join(lacking))
            return 1 if lacking else 0
        case ["compile"]:
            for mo in compile_all():
                print(mo.relative_to(ROOT))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
