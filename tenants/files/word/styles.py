"""The styles of a Word file: what a paragraph or run takes from its own style and those it is based on."""

from __future__ import annotations

from functools import cached_property

from tenants.files.word.package import Element, attribute, child, children, switched, value


class Styles:
    """The styles by their ids. `root` is the part's root, None for a file without styles."""

    def __init__(self, root: Element | None) -> None:
        self._root = root
        listed = children(root, "w:style")
        self._by_id = {attribute(style, "w:styleId") or "": style for style in listed}
        self._default = next(
            (
                attribute(style, "w:styleId")
                for style in listed
                if attribute(style, "w:type") == "paragraph" and attribute(style, "w:default") in ("1", "true")
            ),
            None,
        )
        self._lineages: dict[str, list[Element]] = {}

    def lineage(self, style_id: str | None) -> list[Element]:
        """The style and those it is based on, nearest first."""
        if style_id not in self._by_id:
            return []
        assert style_id is not None
        if style_id not in self._lineages:
            line: list[Element] = []
            style = self._by_id.get(style_id)
            while style is not None and style not in line:
                line.append(style)
                style = self._by_id.get(value(style, "w:basedOn") or "")
            self._lineages[style_id] = line
        return self._lineages[style_id]

    def names(self, style_id: str | None) -> list[str]:
        """The names of the style and those it is based on, nearest first."""
        return [value(style, "w:name") or "" for style in self.lineage(style_id)]

    def in_paragraph(self, properties: Element | None, name: str) -> Element | None:
        """A paragraph's property, by itself or by its style."""
        own = child(properties, name)
        if own is not None:
            return own
        styles = self.lineage(value(properties, "w:pStyle") or self._default)
        return next((found for s in styles if (found := child(s, "w:pPr", name)) is not None), None)

    def toggled(self, style_id: str | None, name: str) -> bool | None:
        """An on-off property of runs (`w:vanish`, `w:b`) as the style has it."""
        return next((on for s in self.lineage(style_id) if (on := switched(child(s, "w:rPr", name))) is not None), None)

    @cached_property
    def _hidden_by_default(self) -> bool:
        return bool(switched(child(self._root, "w:docDefaults", "w:rPrDefault", "w:rPr", "w:vanish")))

    def hidden(self, properties: Element | None, paragraph: Element | None) -> bool:
        """Whether a run is hidden text, directly or by a style.

        `properties` are the run's (`w:rPr`), `paragraph` those of its paragraph (`w:pPr`).
        """
        own = switched(child(properties, "w:vanish"))
        if own is not None:
            return own
        by_paragraph = self.toggled(value(paragraph, "w:pStyle") or self._default, "w:vanish")
        by_character = self.toggled(value(properties, "w:rStyle"), "w:vanish")
        # two styles that both hide take each other back (ISO/IEC 29500-1, 17.7.3)
        return self._hidden_by_default or bool(by_paragraph) != bool(by_character)
