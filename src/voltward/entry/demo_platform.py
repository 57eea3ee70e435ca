"""The demo's own public platform: the link to it, planted once, and what its login takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from voltward.base.errors import NotFound
from voltward.base.settings import Settings
from voltward.entry.secret_files import secret_text
from voltward.exchange.selectors.platforms import platform_by_name, revision_in_force
from voltward.exchange.services.platform_install import uplink_install, uplink_reinstall
from voltward.records.models import Maker
from voltward.records.selectors import installation
from voltward.uplink.links import PASSWORD_BYTES

NAME: Final = "demo"
EDITION: Final = 2025
IDENTITY: Final = "VOLTWARDDEMO00001"
USER: Final = "voltward"


@dataclass(frozen=True)
class DemoPlatform:
    """Where the demo's platform listens and what it lets in; ``password`` is this data folder's own."""

    host: str
    port: int
    user: str
    password: str


def demo_platform(settings: Settings) -> DemoPlatform | None:
    """None: the demo has none."""
    if not settings.demo or not settings.demo_platform:
        return None
    password = secret_text(settings.data, "demo_platform.password")[:PASSWORD_BYTES]
    return DemoPlatform("127.0.0.1", settings.demo_platform, USER, password)


def plant_demo_platform(settings: Settings, maker: Maker) -> bool:
    """Write the link to the demo's platform down, or follow its port; whether anything was written."""
    wanted = demo_platform(settings)
    if wanted is None:
        return False
    values: dict[str, Any] = {"host": wanted.host, "port": wanted.port}
    try:
        current = revision_in_force(platform_by_name(installation(), NAME))
    except NotFound:
        login = {"edition": EDITION, "identity": IDENTITY, "user": wanted.user}
        uplink_install(
            installation(), maker=maker, name=NAME, title="演示公共平台", kind="local",
            settings={**values, **login}, password=wanted.password,
        )  # fmt: skip
        return True
    if current is None or (current.host, current.port) == (wanted.host, wanted.port):
        return False
    uplink_reinstall(installation(), name=NAME, settings=values)
    return True
