"""Freezing accident data: once its window is past, and again as a next version when more came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.exchange import accident_states as states
from voltward.exchange.accident_files import Made, frames_in, package_made
from voltward.exchange.accident_frames import Captured, Window, together
from voltward.exchange.models import AccidentPackage, AccidentVersion
from voltward.exchange.selectors import accidents as selectors
from voltward.exchange.services.accident_reading import version_data
from voltward.exchange.services.accidents import FREEZE
from voltward.monitoring.ports import FramesUnreadable
from voltward.monitoring.store import StoreAway
from voltward.records import days
from voltward.records.actions import action, record
from voltward.records.attachments import owners
from voltward.records.models import Person
from voltward.records.selectors import installation
from voltward.records.services.attachments import attachment_of_platform

RETENTION: Final = "accident"  # class of the retention rules, which are dated rows
LOOK_AGAIN: Final = timedelta(minutes=10)
AT_ONCE: Final = 50
_log = structlog.get_logger("voltward.accidents")


def accidents_freeze() -> int:
    """Freeze what is due and make next versions; gives how many versions were made."""
    now, made = timezone.now(), 0
    due = [one for one in selectors.accidents_waiting() if selectors.settled_at(one) <= now]
    again = selectors.accidents_watched(now, now - LOOK_AGAIN)
    for package in [*due, *again][:AT_ONCE]:
        try:
            made += _looked_at(package)
        except (StoreAway, FramesUnreadable, NotFound) as error:
            # nothing is frozen on half an answer; the next round tries again
            _log.error("accident data wait", package=package.pk, error=str(error))
    return made


def _looked_at(package: AccidentPackage) -> bool:
    window = selectors.window_of(package)
    found, unreadable = selectors.frames_around(package.vehicle, window)
    newest = selectors.versions_of(package).first()
    frames = together(frames_in(version_data(newest)) if newest else [], found)
    has_more = newest is None or len(frames) > newest.frames
    if has_more:
        _accident_freeze(
            installation(), package=package, window=window, frames=frames, unreadable=unreadable,
            number=1 if newest is None else newest.number + 1,
        )  # fmt: skip
    AccidentPackage.objects.filter(pk=package.pk).update(looked_at=timezone.now())
    return has_more


@action(FREEZE, needs=FREEZE)
def _accident_freeze(
    actor: Person, *, package: AccidentPackage, window: Window, frames: Sequence[Captured],
    unreadable: Sequence[str], number: int,
) -> None:  # fmt: skip
    """The file is on disk before the rows; two at once meet at the number, which is there once."""
    made = package_made(window, frames, unreadable, _facts(package, number))
    version = AccidentVersion.objects.create(
        maker_id=package.maker_id, package=package, number=number, begins_at=window.begins_at,
        ends_at=window.ends_at, frames=len(frames), unreadable=len(unreadable),
        reissued=sum(one.is_reissue for one in frames), missing=made.missing,
        size_bytes=len(made.data), sha256=made.sha256, manifest_sha256=made.manifest_sha256,
        frames_sha256=made.frames_sha256,
    )  # fmt: skip
    attachment_of_platform(
        actor, owner=version, maker=package.maker, name=file_name(version), parts=[made.data],
        retention_class=RETENTION, kept_from=days.today(),
    )  # fmt: skip
    there = len(window.offsets) - len(made.missing)
    before = {"state": package.state, "seconds": package.seconds}
    package.state, package.seconds = states.state_of(there, len(window.offsets)), there
    package.is_told = False
    package.save(update_fields=["state", "seconds", "is_told"])
    record(
        actor, FREEZE, version, before=before, after=_told(package, version, made),
        maker_id=package.maker_id,
    )  # fmt: skip


def _facts(package: AccidentPackage, number: int) -> dict[str, Any]:
    """What the manifest says beside its hashes; whose reason it was stays in the office."""
    alarm = package.alarm
    return {
        "package": package.pk, "version": number, "vin": package.vehicle.vin,
        "source": package.source, "made_at": timezone.now().isoformat(timespec="seconds"),
        "alarm": {"number": alarm.pk, "rule": alarm.rule, "level": alarm.level} if alarm else None,
    }  # fmt: skip


def _told(package: AccidentPackage, version: AccidentVersion, made: Made) -> dict[str, Any]:
    return {
        "package": package.pk, "version": version.number, "state": package.state,
        "seconds": package.seconds, "frames": version.frames, "sha256": made.sha256,
        "manifest_sha256": made.manifest_sha256,
    }  # fmt: skip


def file_name(version: AccidentVersion) -> str:
    return f"accident-{version.package_id}-v{version.number}.zip"


# The file hangs on its version, where nobody but who may place legal holds finds it by itself: everybody
# else takes it with a reason. What people add (photographs, read-outs) hangs on the package.
owners.register(
    owners.Owner("AccidentVersion", "hold.manage", selectors.version_by_id, selectors.held_with)
)
owners.register(owners.Owner("AccidentPackage", "exchange.read", selectors.accident_by_id))
