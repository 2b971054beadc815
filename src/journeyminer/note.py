"""Notes: whatever one part of the program has to say to a reader, as a slug with parameters.

No module hands a sentence to another. Reasons, decisions, proofs, warnings and errors travel as notes; `i18n.Language`
turns a note into a sentence of `locales/` at the very end, and no code reads one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from journeyminer.i18n import Language

Param = Union[str, int, float, bool, None, tuple[Union[str, "Note"], ...], "Note"]
"""a value of the data, a slug, a number, another note inside this one, or several of those"""


@dataclass(frozen=True, slots=True, init=False)
class Note:
    """What one part of the program has to say to a reader.

    Attributes:
        slug: Which sentence; its words stand under `note.<slug>` in `locales/`.
        params: The values that the sentence quotes.
    """

    slug: str
    params: Mapping[str, Param]

    def __init__(self, slug: str, /, **params: Param) -> None:
        object.__setattr__(self, "slug", slug)
        object.__setattr__(self, "params", params)

    def told(self, language: Language) -> str:
        """The sentence in a reader's language."""
        return language.text(f"note.{self.slug}", **self.params)

    def __hash__(self) -> int:
        return hash((self.slug, tuple(sorted(self.params.items(), key=lambda item: item[0]))))

    def __str__(self) -> str:
        listed = ", ".join(
            f"{name}={'; '.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in self.params.items()
        )
        return f"{self.slug}({listed})" if listed else self.slug
