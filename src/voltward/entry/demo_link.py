"""The link to the demo's own public platform: planted once the fleet's past is in."""

from __future__ import annotations

from typing import Any, Final

from voltward.base.errors import NotFound
from voltward.base.settings import Settings
from voltward.entry.demo_platform import (
    EDITION,
    HOST,
    IDENTITY,
    LINK,
    USER,
    DemoPlatform,
    demo_platform,
)
from voltward.exchange import platform_states as states
from voltward.exchange.selectors.platforms import platform_by_name, revision_in_force
from voltward.exchange.services.platform_install import uplink_install, uplink_reinstall
from voltward.pages.room import Job
from voltward.records.models import Maker
from voltward.records.selectors import installation, maker_first
from voltward.simulator.demo import demo_status

LOOK_EVERY_S: Final = 2.0
TITLE: Final = "演示公共平台"
# a backlog of minutes drains in seconds, and one still sees it drain
REISSUE_PER_S: Final = 25
RETRY_S: Final = 1  # who starts the platform again waits half a minute at most


def jobs(settings: Settings) -> tuple[Job, ...]:
    """None outside the demo."""
    if demo_platform(settings) is None:
        return ()
    return (Job("demo-link", LOOK_EVERY_S, lambda: look(settings)),)


def look(settings: Settings) -> int:
    """Plant the link, or let it follow its platform's port; how many were written."""
    maker, wanted = maker_first(), demo_platform(settings)
    if maker is None or wanted is None or not wanted.port:
        return 0
    return int(planted(wanted, maker, is_past_in=_is_past_in(settings)))


def planted(wanted: DemoPlatform, maker: Maker, *, is_past_in: bool) -> bool:
    """Whether anything was written.

    ``is_past_in``: else no new link begins, which would owe its platform days before its own.
    """
    try:
        platform = platform_by_name(installation(), LINK)
    except NotFound:
        if is_past_in:
            _install(wanted, maker)
        return is_past_in
    current = revision_in_force(platform)
    # what people made of the link is theirs
    if current is None or current.host != HOST or platform.state == states.RETIRED:
        return False
    if current.port == wanted.port:
        return False
    uplink_reinstall(installation(), name=LINK, settings={"port": wanted.port})
    return True


def _install(wanted: DemoPlatform, maker: Maker) -> None:
    settings: dict[str, Any] = {
        "host": HOST, "port": wanted.port, "edition": EDITION, "identity": IDENTITY, "user": USER,
        "reissue_per_s": REISSUE_PER_S, "retry_s": RETRY_S,
    }  # fmt: skip
    uplink_install(
        installation(), maker=maker, name=LINK, title=TITLE, kind="local", settings=settings,
        password=wanted.password,
    )  # fmt: skip


def _is_past_in(settings: Settings) -> bool:
    """What the demo's process says of the fleet and of the car that will burn."""
    status = demo_status(settings.data / "run") or {}
    fleet, fire = status.get("fleet") or {}, status.get("fire") or {}
    return fleet.get("phase") == "live" and fire.get("state") not in ("waiting", "past")
