"""Reads and writes .po files (the part of the format that a catalogue without contexts needs)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

HEADER = (
    "Project-Id-Version: voltward\n"
    "Language: en\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
)


@dataclass
class Entry:
    """One sentence; ``fuzzy``: the translation is a guess and must not be shipped.

    With ``plural``, ``target`` speaks of one and ``target_plural`` of any other number.
    """

    source: str
    target: str = ""
    places: list[str] = field(default_factory=list)
    fuzzy: bool = False
    plural: str = ""
    target_plural: str = ""

    @property
    def done(self) -> bool:
        return bool(self.target) and not self.fuzzy and bool(self.target_plural or not self.plural)


PARTS = {
    "msgid": "source",
    "msgid_plural": "plural",
    "msgstr": "target",
    "msgstr[0]": "target",
    "msgstr[1]": "target_plural",
}


def read(text: str) -> dict[str, Entry]:
    """Source to entry, without the header.

    Raises:
        ValueError: a line that is none of comment, keyword and string.
    """
    entries: dict[str, Entry] = {}
    entry, part = Entry(""), ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if not line.strip():
            if entry.source:
                entries[entry.source] = entry
            entry, part = Entry(""), ""
        elif line.startswith("#:"):
            entry.places += line[2:].split()
        elif line.startswith("#"):
            entry.fuzzy = entry.fuzzy or (line.startswith("#,") and "fuzzy" in line)
        else:
            part = _take(entry, part, line, number)
    return entries


def _take(entry: Entry, part: str, line: str, number: int) -> str:
    """Add one line of text to the entry; returns the attribute it belongs to."""
    keyword, _, rest = line.partition(" ")
    if keyword in PARTS:
        part = PARTS[keyword]
    elif line.startswith('"') and part:
        rest = line
    else:
        raise ValueError(f"line {number}: {line!r}")
    setattr(entry, part, getattr(entry, part) + json.loads(rest))
    return part


def write(entries: Iterable[Entry]) -> str:
    """Entries in the order given, each with the files that show it."""
    blocks = [f'msgid ""\nmsgstr {_quoted(HEADER)}']
    for entry in entries:
        lines = [f"#: {place}" for place in entry.places]
        lines += ["#, fuzzy"] if entry.fuzzy else []
        lines.append(f"msgid {_quoted(entry.source)}")
        if entry.plural:
            lines.append(f"msgid_plural {_quoted(entry.plural)}")
            lines.append(f"msgstr[0] {_quoted(entry.target)}")
            lines.append(f"msgstr[1] {_quoted(entry.target_plural)}")
        else:
            lines.append(f"msgstr {_quoted(entry.target)}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:
        return json.dumps(text, ensure_ascii=False)
    return '""\n' + "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
