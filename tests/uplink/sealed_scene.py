"""A link that encrypts or signs, and the simulator's public platform that asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.uplink.scene import LINK, POSITION, Scene, report

from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.reader import FrameReader
from voltward.seals.ciphers import CipherRule, Encryption
from voltward.seals.keys import Algorithm, canonical
from voltward.seals.own_keys import PrivateKeys
from voltward.simulator.platform.covered import Demands
from voltward.simulator.platform.platform import Platform, PlatformConfig, Session
from voltward.uplink.covers import Cover
from voltward.uplink.desk import Desk
from voltward.uplink.links import Link

KEY_1, KEY_2, OTHER_KEY = b"first-data-key-1", b"second-data-key2", b"another-data-key"
OURS, THEIRS = PrivateKeys(), PrivateKeys()  # made once: RSA keys take their time


def theirs(algorithm: Algorithm) -> str:
    return canonical(algorithm, THEIRS.public(algorithm)).hex()


def cover(encryption: Encryption, rule: CipherRule | None = None, **more: Any) -> Cover:
    """With every key that the rule needs."""
    rule = rule or CipherRule()
    if encryption in (Encryption.RSA, Encryption.SM2):
        more = {"peer_key": theirs(Algorithm[encryption.name]), **more}
    elif encryption is not Encryption.NONE:
        more = {"data_key": KEY_1.hex(), **more}
    return Cover(rule=rule, **more)


def link(edition: Edition, encryption: Encryption, covered: Cover) -> Link:
    return replace(
        LINK, edition=int(edition), encryption=int(encryption), cover=covered, reports_2025=True
    )


def demands(of: Link, **more: Any) -> Demands:
    """What fits the link: an honest platform on the other side."""
    encryption = Encryption(of.encryption)
    needs_key = encryption in (Encryption.RSA, Encryption.SM2)
    found = Demands(
        encryption=encryption,
        rule=of.cover.rule,
        data_key=b"" if of.cover.exchanges else bytes.fromhex(of.cover.data_key),
        wrap=of.cover.wrap,
        login_too=of.cover.login_too,
        client_key=OURS.public(Algorithm[encryption.name]) if needs_key else b"",
        marker=of.cover.with_marker,
        own=THEIRS,
    )
    if of.cover.signature:
        algorithm = Algorithm[of.cover.signature.upper()]
        found.signer = (algorithm, canonical(algorithm, OURS.public(algorithm)))
    return replace(found, **more)


@dataclass
class Asking:
    """The simulated platform where a scene expects one. ``wire``: all that it was sent."""

    platform: Platform
    wire: bytearray = field(default_factory=bytearray)
    sessions: int = 0
    _reader: FrameReader = field(default_factory=FrameReader)
    _session: Session | None = None

    @property
    def demands(self) -> Demands:
        return self.platform.config.demands

    @property
    def accepted(self) -> list[bytes]:
        return [frame for flag, frame in self.platform.book.frames if flag == 1]

    @property
    def flags(self) -> dict[int, int]:
        return dict(self.platform.book.figures.flags)

    def connected(self) -> None:
        self._reader, self._session = FrameReader(), Session(self.platform)
        self.sessions += 1

    def takes(self, data: bytes) -> bytes:
        assert self._session is not None
        self.wire += data
        pieces = self._reader.feed(data)
        assert all(piece.is_frame for piece in pieces)
        return b"".join(self._session.take(piece.data) for piece in pieces)


class SealedScene(Scene):
    """``asked``: what the platform demands, where that is not what the link does."""

    own = OURS

    def __init__(
        self, folder: Path, of: Link, asked: Demands | None = None, desk: type[Desk] = Desk
    ) -> None:
        super().__init__(folder, of, desk)
        config = PlatformConfig(
            Edition(of.edition), {of.user: of.password}, demands=asked or demands(of)
        )
        self.asking = Asking(Platform(config, clock=self.clock))
        self.platform = self.asking  # type: ignore[assignment]

    def report(self, number: int, command: int = 2, ago_s: float = 0.0) -> bytes:
        """Of the link's edition, as it reads there."""
        edition = Edition(self.link.edition)
        if edition is Edition.Y2016:
            return report(number, self.now_s - ago_s, command)
        plain = report(number, self.now_s - ago_s, command)
        return report_2025(plain)


def report_2025(frame: bytes) -> bytes:
    """The position of a 2016 report, with its datum."""
    unit = frame[24:30] + POSITION[:2] + b"\x01" + POSITION[2:]
    return encode_frame(Edition.Y2025, frame[2], COMMAND, frame[4:21].decode(), unit)
