"""Commands to vehicles and their answers in words: what is asked for, what the vehicle said."""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.exchange import downlink_states as states
from voltward.exchange.downlink_frames import TABLES, UPGRADE_FIELDS
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.models.downlink import QUERY, SET, UPGRADE
from voltward.frames import words
from voltward.frames.as_json import body_to_dict
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Number
from voltward.monitoring.texts import here
from voltward.pages.room import Text

DOTS: Final = {
    states.ASKED: "due",
    states.QUEUED: "due",
    states.SENT: "stale",
    states.DONE: "proved",
    states.FAILED: "late",
    states.TIMED_OUT: "late",
    states.EXPIRED: "offline",
    states.UNFIT: "late",
    states.REFUSED: "offline",
    states.WITHDRAWN: "offline",
}

_ALARM: Final = {"level": _("报警等级"), "text": _("报警内容")}


def parameter_title(edition: int, code: int) -> str:
    """``02 正常信息上报时间周期（秒）``."""
    name = TABLES[edition][code].name
    unit = here(words.unit_of(name))
    return f"{code:02X} {here(words.field(name))}" + (f" ({unit})" if unit else "")


def lines_of(row: DownlinkCommand) -> list[tuple[Text, str]]:
    """What the command says, as pairs of title and value; a password is not among them."""
    if row.kind == QUERY:
        return [(parameter_title(row.edition, int(code)), "?") for code in row.body["ids"]]
    if row.kind == SET:
        return [
            (parameter_title(row.edition, int(code)), _value(row.edition, int(code), value))
            for code, value in row.body["values"].items()
        ]
    if row.control == UPGRADE:
        return [(here(words.field(name)), str(row.body[name])) for name in UPGRADE_FIELDS]
    return [(_ALARM[name], str(value)) for name, value in row.body.items()]


def answer_lines(row: DownlinkCommand) -> list[tuple[Text, str]]:
    """Parameters that the vehicle told; none where it told none, or what nobody can read."""
    if row.kind != QUERY or not row.answer:
        return []
    try:
        params: dict[str, Any] = body_to_dict(decode_frame(bytes.fromhex(row.answer)))["params"]
    except (BadInput, KeyError):
        return []
    return [
        (parameter_title(row.edition, int(code, 16)), _plain(value))
        for code, value in params.items()
    ]


def _value(edition: int, code: int, value: Any) -> str:
    kind = TABLES[edition][code]
    word = kind.named.get(value) if isinstance(kind, Number) else None
    return here(words.choice(word)) if word else str(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
