"""A text in both languages of the platform."""

from typing import NamedTuple


class Phrase(NamedTuple):
    """Simplified Chinese first, as everywhere in the platform."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """English for "en" and its variants, Chinese for everything else."""
        return self.en if language.lower().startswith("en") else self.zh
