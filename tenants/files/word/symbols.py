"""Characters of the symbol fonts that forms and lists are drawn with, as the characters everybody has."""

from __future__ import annotations

_MAPS: dict[str, dict[int, str]] = {
    "wingdings": {
        0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x3F: "✍", 0x46: "☞", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□",
        0x70: "◻", 0x71: "❑", 0x72: "❒", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA1: "○",
        0xA7: "▪", 0xA8: "◻", 0xAA: "✦", 0xAB: "★", 0xB2: "✧", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑",
        0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
        **{0x80 + n: chr(ord("①") + n - 1) for n in range(1, 11)}, 0x80: "⓪",
        **{0x8B + n: chr(ord("❶") + n - 1) for n in range(1, 11)}, 0x8B: "⓿",
    },
    "wingdings 2": {
        0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0x98: "●", 0xA2: "■",
        0xA3: "□", 0x69: "⓪", **{0x69 + n: chr(ord("①") + n - 1) for n in range(1, 11)},
    },
    "symbol": {
        0x61: "α", 0x62: "β", 0x63: "χ", 0x64: "δ", 0x65: "ε", 0x66: "φ", 0x67: "γ", 0x68: "η", 0x6C: "λ",
        0x6D: "μ", 0x70: "π", 0x71: "θ", 0x72: "ρ", 0x73: "σ", 0x74: "τ", 0x77: "ω", 0x44: "Δ", 0x53: "Σ",
        0x57: "Ω", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°",
        0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xD6: "√", 0xE5: "∑",
    },
}  # fmt: skip


def is_symbol_font(font: str | None) -> bool:
    """Whether the characters of a font are pictures, not the letters of their codes."""
    return (font or "").strip().lower() in _MAPS or (font or "").lower().startswith(("wingdings", "webdings"))


def symbol(font: str | None, code: int) -> str | None:
    """The character that a font shows for a code; None when there is none for it here."""
    table = _MAPS.get((font or "").strip().lower())
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if table is not None or is_symbol_font(font):
        return " " if low == 0x20 else (table or {}).get(low)
    if 0xE000 <= code <= 0xF8FF or code < 0x20 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return None
    return chr(code)
