"""Keeps the .po and .mo files of the English catalogue in step with the sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voltward.pages.catalogue.collect import collect
from voltward.pages.catalogue.mo import compile_catalogue
from voltward.pages.catalogue.po import HEADER, Entry, read, write

ROOT = Path(__file__).parents[2]
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"


@dataclass(frozen=True)
class Catalogue:
    """What the files should hold; ``missing``: sentences without English, or with a fuzzy one."""

    po: str
    mo: bytes
    missing: tuple[str, ...]


def catalogue(root: Path = ROOT, po: Path = PO) -> Catalogue:
    """The present sentences with the translations there are; those no longer shown are dropped."""
    known = read(po.read_text(encoding="utf-8")) if po.exists() else {}
    entries = []
    for (source, plural), places in sorted(
        collect(root).items(), key=lambda item: (item[1][0], item[0])
    ):
        old = known.get(source, Entry(source))
        entries.append(Entry(source, old.target, places, old.fuzzy, plural, old.target_plural))
    missing = tuple(entry.source for entry in entries if not entry.done)
    texts = dict(_compiled(entry) for entry in entries if entry.done)
    return Catalogue(write(entries), compile_catalogue({"": HEADER, **texts}), missing)


def _compiled(entry: Entry) -> tuple[str, str]:
    """Key and value as the compiled format joins singular and plural: with a zero octet."""
    if not entry.plural:
        return entry.source, entry.target
    return f"{entry.source}\0{entry.plural}", f"{entry.target}\0{entry.target_plural}"
