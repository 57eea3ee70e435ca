"""The canary's terminal: logs in, reports with a flag that comes and goes, asks for an answer each time.

GB/T 32960.3-2016. A real-time report of a vehicle is answered only where a setting says so; the heartbeat
behind it always is, after what stands before it on the link is on disk.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from voltward.base.canary import CANARY_FLAG, CANARY_VIN
from voltward.base.units import BEIJING
from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame, realtime
from voltward.frames.grammar import Edition
from voltward.frames.reader import FrameReader

LOGIN, REALTIME, HEARTBEAT = 0x01, 0x02, 0x07
SUCCESS = 0x01
ICCID = "89860000000000000000"
ANSWER_WITHIN_S = 3.0
_LAST_SEQUENCE = 65_531
_READ_BYTES = 4096


class NoAnswer(Exception):
    """The gateway did not take the canary; the text says why, in a few words for a person."""


class CanaryLink:
    """One link to the gateway, made anew after every failure. For one thread."""

    def __init__(self, host: str, port: int, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._address = (host, port)
        self._within_s = answer_within_s
        self._socket: socket.socket | None = None
        self._reader = FrameReader()
        self._sequence = 0

    def beat(self, unix_s: int, *, flag: bool) -> None:
        """Report and wait until the gateway has it on disk.

        Raises:
            NoAnswer: not reachable, the login was refused, or no answer came in time.
        """
        try:
            if self._socket is None:
                self._log_in(unix_s)
            self._ask(report(unix_s, flag=flag) + heartbeat(), HEARTBEAT)
        except (OSError, NoAnswer) as error:
            self.close()
            said = str(error) if isinstance(error, NoAnswer) else type(error).__name__
            raise NoAnswer(said) from None

    def close(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        self._socket, self._reader = None, FrameReader()

    def _log_in(self, unix_s: int) -> None:
        self._socket = socket.create_connection(self._address, self._within_s)
        self._socket.settimeout(self._within_s)
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        flag = self._ask(login(unix_s, self._sequence), LOGIN)
        if flag != SUCCESS:
            raise NoAnswer(f"login refused, flag {flag}")

    def _ask(self, frames: bytes, command: int) -> int:
        """Send, then the flag of the answer to ``command``."""
        link = self._socket
        if link is None:
            raise NoAnswer("no link")
        link.sendall(frames)
        while True:
            data = link.recv(_READ_BYTES)
            if not data:
                raise NoAnswer("link closed by the gateway")
            for piece in self._reader.feed(data):
                if piece.is_frame and piece.data[2] == command and piece.data[3] != COMMAND:
                    return piece.data[3]


def login(unix_s: int, sequence: int) -> bytes:
    """Vehicle login, no pack codes."""
    body = {"time": _moment(unix_s), "sequence": sequence, "iccid": ICCID, "pack_codes": []}
    return encode_frame(Edition.Y2016, LOGIN, COMMAND, CANARY_VIN, body)


def report(unix_s: int, *, flag: bool) -> bytes:
    """A parked vehicle of which nothing is wrong or known, with the canary's own flag or without any."""
    vehicle: Mapping[str, object] = {
        "name": "vehicle", "state": "off", "charging": "not_charging", "drive_mode": "electric",
        "speed_kmh": 0, "odometer_km": 0, "total_voltage_v": None, "total_current_a": None,
        "soc_pct": None, "dcdc": "off", "gear": "P", "insulation_kohm": 60_000,
        "accelerator_pct": 0, "brake_pct": 0,
    }  # fmt: skip
    alarms: Mapping[str, object] = {
        "name": "alarms", "level": 0, "flags": CANARY_FLAG if flag else 0,
        "storage_fault_codes": [], "motor_fault_codes": [], "engine_fault_codes": [],
        "other_fault_codes": [],
    }  # fmt: skip
    return realtime(Edition.Y2016, CANARY_VIN, REALTIME, _moment(unix_s), [vehicle, alarms])


def heartbeat() -> bytes:
    return encode_frame(Edition.Y2016, HEARTBEAT, COMMAND, CANARY_VIN, b"")


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, BEIJING)
