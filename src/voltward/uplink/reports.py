"""Reports of GB/T 45688 annex B on their way to the platforms, and what platforms feed back.

The office writes a record of the stream ``reports`` for each report and link; the uplink sends it and
proves on ``proof-<link>`` what became of it (the entry's position is the report's number, its stream
``reports``). What a platform feeds back (0x90) lies on ``feedback-<link>`` as it came.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER, bcc
from voltward.frames.moments import MOMENT
from voltward.uplink.links import Link

REPORTS_STREAM: Final = "reports"
REPORTS_NUMBER: Final = 0xFFFE  # for the stream, in tables where gateways have theirs
KIND_REPORT: Final = 18  # record kinds; 17 is a proof
FEEDBACK_PREFIX: Final = "feedback-"
KIND_FEEDBACK: Final = 19

FAULTS, HAZARDS, HANDLING, ACCIDENT = 0x10, 0x11, 0x12, 0x13
COMMANDS: Final = np.array([FAULTS, HAZARDS, HANDLING, ACCIDENT], np.uint8)
FEEDBACK: Final = 0x90
BODY_BYTES: Final = {FAULTS: 19, HAZARDS: 18, HANDLING: 30, ACCIDENT: 22}  # tables B.2 to B.5
FEEDBACK_BYTES: Final = 18  # table B.7
_VIN_BYTES: Final = 17


@dataclass(frozen=True, slots=True)
class Report:
    """``number``: the office's own; ``vehicle``: as in the store; ``body``: with its time, in hex."""

    number: int
    link: str
    vehicle: int
    vin: str
    command: int
    body: str


def report_to_bytes(report: Report) -> bytes:
    """The payload of one record of kind ``KIND_REPORT``."""
    return json.dumps(asdict(report), separators=(",", ":")).encode()


def report_from_bytes(payload: bytes) -> Report:
    """
    Raises:
        BadInput: not a report that could be sent.
    """
    try:
        report = Report(**json.loads(payload))
        size = len(bytes.fromhex(report.body))
        fits = size == BODY_BYTES[report.command] and len(report.vin.encode("ascii")) == _VIN_BYTES
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"report: {type(error).__name__}: {error}") from error
    if not fits:
        raise BadInput(f"report {report.number}: {size} octets, vin of {len(report.vin)}")
    return report


def frame_of(report: Report, link: Link) -> bytes:
    """The frame under the vehicle's VIN; the text does not say which start, so the link does."""
    edition = Edition.Y2025 if link.reports_2025 else Edition.Y2016
    body = bytes.fromhex(report.body)
    return encode_frame(edition, report.command, COMMAND, report.vin, body)


def answer_of(frame: bytes, flag: int) -> bytes:
    """The answer to a platform's command: same start, command and id, the time alone."""
    unit = frame[HEADER:-1][:MOMENT]
    body = b"%c%c%b%b%b" % (frame[2], flag, frame[4:22], len(unit).to_bytes(2, "big"), unit)
    return b"%b%b%c" % (frame[:2], body, bcc(body))


def is_report(entries: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which entries of a proof batch are reports ``(n,)``, not frames of vehicles."""
    found: NDArray[np.bool_] = np.isin(entries["command"], COMMANDS)
    return found
