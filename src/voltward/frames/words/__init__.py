"""Chinese and English names of everything a frame can say; a test proves that none is missing."""

from voltward.frames.grammar import Edition
from voltward.frames.values import Reason
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
    UNKNOWN,
)
from voltward.frames.words.fields import FIELDS
from voltward.frames.words.phrase import Phrase as Phrase
from voltward.frames.words.units import unit_of as unit_of


def command(name: str) -> Phrase:
    return COMMANDS.get(name, UNKNOWN)


def answer(name: str) -> Phrase:
    return ANSWERS.get(name, UNKNOWN)


def encryption(name: str) -> Phrase:
    return ENCRYPTIONS.get(name, UNKNOWN)


def info_type(edition: Edition, name: str) -> Phrase:
    """The name of an information type; some changed between the editions."""
    found = INFO_TYPES.get(f"{int(edition)}.{name}") or INFO_TYPES.get(name)
    return found or UNKNOWN


def field(name: str, scope: str = "", edition: Edition | None = None) -> Phrase:
    """The name of a field; ``scope`` is its information type or command where names are shared.

    Some changed between the editions; without ``edition`` it is the name that both may use.
    """
    of_type = f"{scope}.{name}"
    if edition is not None and f"{int(edition)}.{of_type}" in FIELDS:
        return FIELDS[f"{int(edition)}.{of_type}"]
    return FIELDS.get(of_type) or FIELDS.get(name) or Phrase(name, name)


def choice(word: str, name: str = "", scope: str = "") -> Phrase:
    """A word of the field ``name``, as the platform shows it."""
    for key in (f"{scope}.{name}.{word}", f"{name}.{word}", word):
        if key in CHOICES:
            return CHOICES[key]
    return Phrase(word, word)


def alarm_flag(name: str) -> Phrase:
    return ALARM_FLAGS.get(name, UNKNOWN)


def alarm_level(level: int) -> Phrase:
    return ALARM_LEVELS.get(level, UNKNOWN)


def part(name: str) -> Phrase:
    """A byte that is no field: a type, a length, a marker; or a part of a frame."""
    return PARTS.get(name, UNKNOWN)


def problem(code: str) -> Phrase:
    return PROBLEMS.get(code, UNKNOWN)


def reason(which: Reason) -> Phrase:
    return REASONS[which]
