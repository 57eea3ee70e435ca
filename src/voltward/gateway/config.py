"""What one gateway process is told at its start; ``entry/`` fills it from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from voltward.base.errors import BadSetting

SECURITY_STREAMS, DOWNLINK_STREAMS = "security-", "downlink-"
AnswerRealtime = Literal["always", "platform", "never"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a link may ask of the process (R12-R14, R23)."""

    login_deadline_s: float = 10.0
    frame_deadline_s: float = 10.0
    idle_close_s: float = 180.0
    pre_login_bytes: int = 16_384
    buffered_bytes: int = 268_435_456
    links: int = 18_000
    login_fresh_s: float = 600.0  # a proven login that is off by more may replace nobody (R18)
    reissue_per_s: float = 50.0  # of one link, held to it only while the process is behind (R25)


@dataclass(frozen=True, slots=True)
class Tls:
    """A listener with TLS; ``client_ca`` makes it mutual."""

    listen: str
    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class KeySource:
    """Keys of vehicles: the office's file (it may come later), the key its data keys are sealed
    under, and the folder of the platform's own private keys.
    """

    path: Path
    seal_key: bytes = field(repr=False)
    own: Path


@dataclass(frozen=True, slots=True)
class DownlinkSource:
    """Commands to vehicles: the office's file (it may come later), and the key it is sealed under."""

    path: Path
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """One process. ``number`` names its journal stream, ``gateway-<number>``.

    Processes of one port share ``journal``; they find each other's sessions in its folder
    ``.run``. ``registry``: the snapshot file, which may come later. ``metrics_port``: None for
    no metrics, 0 for a free port.
    """

    journal: Path
    listen: str = "127.0.0.1:32960"
    number: int = 0
    registry: Path | None = None
    keys: KeySource | None = None
    downlink: DownlinkSource | None = None
    auto_register: bool = False
    own_wmi: tuple[str, ...] = ()
    answer_realtime: AnswerRealtime = "platform"
    limits: Limits = field(default_factory=Limits)
    commit_every_ms: float = 20.0
    commit_bytes: int = 1_048_576
    retry_every_s: float = 1.0
    tls: Tls | None = None
    metrics_port: int | None = None
    segment_bytes: int = 268_435_456
    segment_age_s: float = 3600.0
    reserve_pct: float = 5.0

    @property
    def stream(self) -> str:
        return f"gateway-{self.number}"

    @property
    def security_stream(self) -> str:
        return f"{SECURITY_STREAMS}{self.number}"

    @property
    def downlink_stream(self) -> str:
        return f"{DOWNLINK_STREAMS}{self.number}"

    @property
    def run_folder(self) -> Path:
        return self.journal / ".run"


def address(text: str) -> tuple[str, int]:
    """``HOST:PORT`` or ``[HOST]:PORT`` as host and port; an empty host means all addresses.

    Raises:
        BadSetting: no port, or one that is no port number.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise BadSetting(f"address: found {text!r}, expected HOST:PORT")
    return host.strip("[]"), int(port)
