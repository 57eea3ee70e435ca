"""Makes the words of a notice: named values only, cleaned, and masked where they leave the house."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from voltward.base.errors import BadInput
from voltward.records.models import LANGUAGES
from voltward.records.notice_kinds import NoticeKind
from voltward.records.quiet import ZONE

LONGEST_VALUE = 200
_NAME = re.compile(r"\{([a-z_]+)\}")
# what a mail or chat program would make a link of; names of files stay readable
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?=/)")
_HOST_DOT = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})(?!(?:xlsx|xls|csv|json|txt|pdf)(?![\w.]))")
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-HJ-NPR-Z0-9]{17}|\d{17}[\dXx]|1\d{10}|[\w.+-]+@[\w.-]+)(?![0-9A-Za-z])"
)


@dataclass(frozen=True)
class Words:
    """``title`` is one line; ``body`` may hold the template's own line ends, never a value's."""

    title: str
    body: str


def template_checked(kind: NoticeKind, title: str, body: str) -> Words:
    """
    Raises:
        BadInput: empty, too long, a title of more lines, a brace alone, or a name not of this kind.
    """
    words = Words(title.strip(), body.replace("\r\n", "\n").strip())
    if not words.title or not words.body:
        raise BadInput("template: title and body are both needed")
    if len(words.title) > 120 or len(words.body) > 1000 or one_line(words.title) != words.title:
        raise BadInput("template: a title of one line up to 120 characters, a body up to 1000")
    names = set(_NAME.findall(words.title + words.body))
    if unknown := sorted(names - set(kind.values)):
        raise BadInput(f"template: {', '.join(unknown)}; known are {', '.join(kind.values)}")
    if re.search(r"[{}]", _NAME.sub("", words.title + words.body)):
        raise BadInput("template: braces only round the name of a value")
    return words


def filled(
    kind: NoticeKind, template: Words, values: Mapping[str, Any], language: str, *, outside: bool
) -> Words:
    """The template with its values; ``outside``: those that are not open are masked."""

    def shown(match: re.Match[str]) -> str:
        name = match.group(1)
        declared = kind.values.get(name)
        text = value_text(name, values.get(name), language)
        if not outside:
            return text
        if declared is None or not declared.is_open:
            return masked(text)
        return _PERSONAL.sub(lambda found: masked(found.group()), text)

    return Words(_NAME.sub(shown, template.title), _NAME.sub(shown, template.body))


def value_text(name: str, value: Any, language: str) -> str:
    """One line of plain text: instants as local time, texts in ``language``, no working address."""
    if isinstance(value, Mapping):
        value = value.get(language) or next(iter(value.values()), None)
    if value in (None, ""):
        return "—"
    text = str(value)
    if name == "at" or name.endswith("_at"):
        with suppress(ValueError):
            text = datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    return without_links(one_line(text))


def one_line(text: str) -> str:
    """Without line ends, control characters and changes of direction; cut to LONGEST_VALUE."""
    spaced = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if unicodedata.category(char) not in ("Cf", "Cs", "Co")
    )
    joined = " ".join(spaced.split())
    return joined if len(joined) <= LONGEST_VALUE else joined[: LONGEST_VALUE - 1] + "…"


def without_links(text: str) -> str:
    """``http://bad.example`` becomes text that no program makes a link of."""
    return _HOST_DOT.sub("[.]", _SCHEME.sub(r"\1[:]", text))


def masked(text: str) -> str:
    """The first character and, of longer ones, the last four: enough to know one's own."""
    if len(text) < 2 or text == "—":
        return text if text == "—" else "*"
    return f"{text[0]}***{text[-4:]}" if len(text) >= 11 else f"{text[0]}***"


def added(one: Any, other: Any) -> int | str:
    """The sum of two counts; ``1000+`` says that there are more, and so does a sum with it."""
    texts = str(one), str(other)
    total = sum(int(text.removesuffix("+")) for text in texts)
    return f"{total}+" if any(text.endswith("+") for text in texts) else total


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as JSON: instants as text, lazy texts in every language."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Promise):
        texts = {}
        for code, _title in LANGUAGES:
            with translation.override(code):
                texts[code] = str(value)
        return texts
    return value if isinstance(value, Mapping | str | int | float | None) else str(value)
