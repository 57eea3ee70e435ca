"""The glossary has every term of the frames, and a Chinese term has one English name."""

import re
from collections import defaultdict
from pathlib import Path

from voltward.frames.words import Phrase
from voltward.frames.words.alarms import ALARM_FLAGS, ALARM_LEVELS
from voltward.frames.words.choices import CHOICES
from voltward.frames.words.codes import (
    ANSWERS,
    COMMANDS,
    ENCRYPTIONS,
    INFO_TYPES,
    PARTS,
    PROBLEMS,
    REASONS,
)
from voltward.frames.words.fields import FIELDS

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ROW = re.compile(r"\| (.+?) \| (.+?) \| `(.+?)` \|")
TABLES: tuple[dict[str, Phrase], ...] = (
    COMMANDS,
    ANSWERS,
    ENCRYPTIONS,
    INFO_TYPES,
    FIELDS,
    CHOICES,
    ALARM_FLAGS,
    {str(level): phrase for level, phrase in ALARM_LEVELS.items()},
    {reason.name.lower(): phrase for reason, phrase in REASONS.items()},
    PROBLEMS,
    PARTS,
)


def _rows() -> list[tuple[str, str, str]]:
    return [match.group(1, 2, 3) for match in ROW.finditer(GLOSSARY.read_text(encoding="utf-8"))]


def test_every_term_of_the_frames_is_in_the_glossary() -> None:
    wanted = {(p.zh, p.en, name) for table in TABLES for name, p in table.items()}
    missing = wanted - set(_rows())
    assert not missing, "\n".join(f"| {zh} | {en} | `{name}` |" for zh, en, name in sorted(missing))


def test_a_chinese_term_has_one_english_name() -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for chinese, english, _ in _rows():
        names[chinese].add(english)
    assert {chinese: found for chinese, found in names.items() if len(found) > 1} == {}
