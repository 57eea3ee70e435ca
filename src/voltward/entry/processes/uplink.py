"""``voltward uplink``: frames to the public platforms; needs neither database nor store."""

from __future__ import annotations

from voltward.base.errors import BadInput
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.journal.position import Position
from voltward.seals.own_keys import FileKeys
from voltward.telemetry.raw import RawFrames, RawPlaces
from voltward.uplink.checkpoint import reached
from voltward.uplink.incoming import is_followed
from voltward.uplink.links import read_links
from voltward.uplink.process import UplinkConfig, run
from voltward.uplink.reencode import reencoded

STANDARD_RETRY_S = 60.0  # GB/T 32960.3-2016 clause 5.2.1


def run_uplink(settings: Settings) -> None:
    """Serve every link until SIGTERM; without links it idles.

    Raises:
        SystemExit: always; not 0 when a fault of the process ended it.
    """
    begin_log(settings.log_level)
    raise SystemExit(run(config(settings)))


def followers(settings: Settings, stream: str) -> dict[str, Position | None]:
    """By name, how far each link has read a gateway's stream: those of ``ExpiryPolicy``."""
    if not is_followed(stream):
        return {}
    try:
        links = read_links(places.links_folder(settings), places.link_key(settings)).links
    except FileNotFoundError:
        return {}
    except BadInput:
        return {"the uplink": None}
    folder = places.uplink_folder(settings)
    return {f"link {link.name}": reached(folder / link.name, stream) for link in links}


def config(settings: Settings) -> UplinkConfig:
    """The settings as the uplink takes them."""
    raw = RawFrames(
        RawPlaces(
            places.journal_folder(settings),
            places.archive_folder(settings),
            places.vehicle_key(settings),
            places.journal_keys(settings),
        )
    )

    def archived(position: Position) -> bytes | None:
        found = raw.at(position)
        return None if found is None else found.frame

    return UplinkConfig(
        journal=places.journal_folder(settings),
        snapshots=places.links_folder(settings),
        folder=places.uplink_folder(settings),
        status_of=lambda link: places.uplink_status(settings, link),
        archived=archived,
        reencode=reencoded,
        vehicle_key=places.vehicle_key(settings),
        link_key=places.link_key(settings),
        journal_keys=places.journal_keys(settings),
        scale=settings.uplink_retry_s / STANDARD_RETRY_S,
        metrics_port=settings.metrics_port,
        own=FileKeys(places.own_keys_folder(settings)),
    )
