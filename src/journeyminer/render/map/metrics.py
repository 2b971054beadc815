"""How wide a text is, without a font at hand: never less than what a common sans-serif of that size takes."""

from __future__ import annotations

from typing import Final
from unicodedata import combining, east_asian_width, normalize

_CLASSES: Final = {
    "ijl|'.,:;!·": 0.33, "fIrt()[]/ -": 0.42, "cksvxyzJ": 0.57, "abdeghnopqu0123456789_?FLET“”„": 0.64,
    "ABCDGHKNOPQRSUVXYZ&+<>=#×–": 0.78, "mw%MW…→←↑↓—@": 0.98,
}  # fmt: skip
"""widths in em of a wide face (DejaVu Sans), so that others fit too"""
_WIDTHS: Final = {char: width for chars, width in _CLASSES.items() for char in chars}
BOLD: Final = 1.1


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the px that a text takes at most."""
    plain = (char for char in normalize("NFD", text) if not combining(char))
    width = sum(_WIDTHS.get(char) or (1.05 if east_asian_width(char) in "WF" else 0.72) for char in plain)
    return width * size * (BOLD if bold else 1)


def clipped(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return a text that is no wider than `room`; what does not fit ends with an ellipsis."""
    if text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(text + "…", size, bold=bold) > room:
        text = text[:-1].rstrip()
    return text + "…"


def wrapped(text: str, size: float, room: float, *, lines: int, bold: bool = False) -> list[str]:
    """Return a text in so many lines at most, none wider than `room`."""
    words, found = text.split(), [""]
    for at, word in enumerate(words):
        longer = f"{found[-1]} {word}".strip()
        if not found[-1] or text_width(longer, size, bold=bold) <= room:
            found[-1] = longer
        elif len(found) < lines:
            found.append(word)
        else:
            found[-1] = " ".join([found[-1], *words[at:]])
            break
    return [clipped(line, size, room, bold=bold) for line in found]
