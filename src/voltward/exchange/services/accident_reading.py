"""Handing out frozen accident data, and reckoning its hashes anew."""

from __future__ import annotations

from typing import Final

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.exchange.accident_files import Wrong, package_checked
from voltward.exchange.models import AccidentVersion
from voltward.exchange.selectors import accidents as selectors
from voltward.records.actions import label, write_row
from voltward.records.attachments.storage import storage
from voltward.records.models import Person
from voltward.records.services.attachments import Quarantined
from voltward.records.services.audit import reading_recorded
from voltward.records.services.positions import READ as POSITION

TAKE: Final = "accident.take"
VERIFY: Final = "accident.verify"


def accident_taken(
    actor: Person, *, package_id: int, number: int, reason: str
) -> tuple[AccidentVersion, bytes]:
    """The ZIP of a version; raw frames hold exact positions, so its audit row is there first.

    Raises:
        NotPermitted: the actor may not read exact positions.
        NotFound: none, another maker's, or its file was deleted after its period.
        BadInput: no reason.
        Quarantined: the scanner has not let it through.
    """
    version = selectors.version_by_number(actor, package_id, number)
    if POSITION not in actor.grants:
        write_row(actor, TAKE, subject=label(version), result="refused")
        raise NotPermitted(f"{TAKE} needs {POSITION}")
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    data = _data(version)
    vehicle, why = version.package.vehicle, reason.strip()[:200]
    reading_recorded(
        actor, what=POSITION, subject=vehicle, reason=why, start=version.begins_at.isoformat(),
        stop=version.ends_at.isoformat(), maker_id=version.maker_id,
    )  # fmt: skip
    reading_recorded(
        actor, what=TAKE, subject=version, reason=why, sha256=version.sha256,
        maker_id=version.maker_id,
    )  # fmt: skip
    return version, data


def accident_verified(actor: Person, *, package_id: int, number: int) -> list[Wrong]:
    """Every hash of a version's file reckoned anew; empty: nothing has changed since it was frozen.

    Raises:
        NotFound: none, or another maker's.
    """
    version = selectors.version_by_number(actor, package_id, number)
    try:
        wrong = package_checked(
            _data(version), sha256=version.sha256, manifest_sha256=version.manifest_sha256
        )
    except NotFound:
        wrong = [Wrong("lost", version.sha256)]
    reading_recorded(
        actor, what=VERIFY, subject=version, maker_id=version.maker_id, sha256=version.sha256,
        wrong=[f"{one.code} {one.name}".strip() for one in wrong],
    )  # fmt: skip
    return wrong


def version_data(version: AccidentVersion) -> bytes:
    """As it was frozen, for what the platform itself makes of it.

    Raises:
        NotFound: its file was deleted after its period.
    """
    return b"".join(storage().parts(version.sha256))


def _data(version: AccidentVersion) -> bytes:
    row = selectors.file_of(version)
    if row is None:
        raise NotFound(f"file of {label(version)}")
    if row.content.quarantined:
        raise Quarantined(f"attachment {row.pk}: {row.content.scan}")
    return version_data(version)
