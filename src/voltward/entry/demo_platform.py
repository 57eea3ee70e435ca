"""The demo's own public platform: where it listens and what its login takes. No Django here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.secret_files import secret_text
from voltward.uplink.links import PASSWORD_BYTES

LINK: Final = "demo"
HOST: Final = "127.0.0.1"
EDITION: Final = 2025
IDENTITY: Final = "VOLTWARDDEMO00001"
USER: Final = "voltward"


@dataclass(frozen=True)
class DemoPlatform:
    """``port`` 0: it has not listened yet. ``password`` is this data folder's own."""

    port: int
    password: str


def demo_platform(settings: Settings) -> DemoPlatform | None:
    """None: this is no demo, or one without a platform."""
    if not settings.demo or settings.demo_platform < 0:
        return None
    password = secret_text(settings.data, "demo_platform.password")[:PASSWORD_BYTES]
    return DemoPlatform(settings.demo_platform or _last_port(settings), password)


def _last_port(settings: Settings) -> int:
    try:
        return int(places.demo_platform_port(settings).read_text("ascii"))
    except (OSError, ValueError):
        return 0
