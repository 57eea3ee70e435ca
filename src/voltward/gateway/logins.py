"""The steps that begin and end a session: logins 01 and 05, logouts 04 and 06, activation 09."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voltward.base.vin import check_digit_is_right
from voltward.gateway.answers import HEADER, TIME, activation_answer, answer, edition_of
from voltward.gateway.judging import Proof
from voltward.gateway.keys import Activated
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import SUCCESS, Refusal
from voltward.gateway.register import ANY_PLATFORM, Admitted, Standing, text_of
from voltward.gateway.roster import Older
from voltward.gateway.seats import NO_SLOT
from voltward.seals.key_file import seal

if TYPE_CHECKING:
    from voltward.gateway.session import Session

_SEQUENCE = slice(HEADER + TIME, HEADER + 8)
_USER, _SECRET = slice(HEADER + 8, HEADER + 20), slice(HEADER + 20, HEADER + 40)  # §4.4


def login_vehicle(session: Session, data: bytes, out: Outbox) -> None:
    """01: the newest login wins, but for a vehicle with a key only one that proves it (R17)."""
    vin, house = data[4:21], session.house
    admitted = house.register.vehicle(vin)
    if session.is_short(data):
        session.refuse(data, Refusal.STRUCTURE, out)
        return
    if admitted.standing is Standing.REFUSED:
        session.refuse(data, Refusal.UNKNOWN_VIN, out)
        return
    verdict = session.read(data, out)
    if verdict is None:
        return
    data = verdict.frame
    if session.is_short(data):  # decrypted, and still no login
        session.refuse(data, Refusal.STRUCTURE, out)
        return
    replace = not house.prover.is_enrolled(vin)
    if verdict.proof is Proof.PROVEN:
        replace = house.is_new_login(vin, data)
        if not replace:
            _tell_replay(session, vin, data, out)
    claim = house.roster.vehicle(
        vin, session.link, session.peer, edition_of(data), admitted.standing, replace=replace
    )
    if claim.slot == NO_SLOT:
        session.refuse(data, Refusal.DUPLICATE, out)
        _tell_clone(session, vin, claim.older, out)
        return
    session.slot, session.vin = claim.slot, vin
    house.roster.guard(claim.slot, house.prover.is_guarded(vin))
    if claim.older is not None and claim.older.stream is None:
        house.sessions[claim.older.link].replaced(session.link, out)
    _begin(session, data, admitted, out)


def _begin(session: Session, data: bytes, admitted: Admitted, out: Outbox) -> None:
    session.sequence = _sequence(data) or 1
    out.frame(session.link, data)
    vin = text_of(session.vin)
    out.event(
        session.link,
        "login",
        vin=vin,
        peer=session.peer,
        edition=int(edition_of(data)),
        sequence=session.sequence,
        standing=str(admitted.standing),
        check_digit_is_right=check_digit_is_right(vin),
    )
    if admitted.standing is Standing.UNREGISTERED:
        session.tell_unregistered(data, out)
    out.answer(session.link, answer(data, SUCCESS))


def login_platform(session: Session, data: bytes, out: Outbox) -> None:
    """05: account and secret are those of the registry; any when every VIN is admitted."""
    if session.is_short(data):
        session.refuse(data, Refusal.STRUCTURE, out)
        return
    code, user, edition = data[4:21], data[_USER], edition_of(data)
    grant = session.house.register.platform(code, user, data[_SECRET])
    if grant is None:
        session.refuse(data, Refusal.BAD_SECRET, out)
        return
    if not session.is_logged_in:
        session.slot = session.house.roster.platform(code, session.link, session.peer, edition)
    session.house.roster.grant(session.slot, grant.number if grant.restricted else 0)
    session.vin, session.grant, session.sequence = code, grant, _sequence(data) or 1
    out.frame(session.link, data)
    out.event(
        session.link,
        "platform_login",
        vin=text_of(code),
        peer=session.peer,
        edition=int(edition),
        platform=text_of(user.rstrip(b"\0 ")),
        any=grant == ANY_PLATFORM,
    )
    out.answer(session.link, answer(data, SUCCESS))


def logout(session: Session, data: bytes, name: str, out: Outbox) -> None:
    """04 and 06: the link may stay and log in again, as any vehicle."""
    sequence = _sequence(data)
    out.frame(session.link, data)
    out.event(
        session.link,
        name,
        vin=text_of(session.vin),
        peer=session.peer,
        sequence=sequence,
        sequence_matches=sequence == session.sequence,
    )
    out.answer(session.link, answer(data, SUCCESS))
    session.leave()


def activation(session: Session, data: bytes, out: Outbox) -> None:
    """09 of the 2025 edition comes before any login; its answer is the command 0A.

    A key that is on file for this vehicle is in force at once, any other waits for the office.
    """
    vin, house = data[4:21], session.house
    if house.register.vehicle(vin).standing is Standing.REFUSED:
        session.refuse(data, Refusal.UNKNOWN_VIN, out)
        return
    verdict = session.read(data, out)
    if verdict is None:
        return
    asked = verdict.asked
    if asked is None:
        session.refuse(data, Refusal.STRUCTURE, out)
        return
    outcome = house.keys.activates(asked)
    out.frame(session.link, data)
    if outcome is Activated.ACCEPTED or house.may_tell(f"activation {asked.chip_id}", vin):
        out.event(
            session.link,
            "activation",
            vin=text_of(vin),
            peer=session.peer,
            outcome=outcome.name.lower(),
            chip_id=text_of(asked.chip_id.encode()),
            algorithm=asked.algorithm.word,
            public_key=asked.key.hex(),
        )
    out.answer(session.link, activation_answer(data, *outcome.value))


def key_exchange(session: Session, data: bytes, out: Outbox) -> None:
    """0B: from its begin on, data units of this vehicle may be encrypted with the key it brings."""
    verdict, house = session.read(data, out), session.house
    if verdict is None:
        return
    key = verdict.data_key
    if key is None:
        session.refuse(data, Refusal.STRUCTURE, out)
        return
    house.keys.exchanged(session.vin, key)
    house.roster.guard(session.slot, True)
    out.frame(session.link, verdict.frame)
    vin = text_of(session.vin)
    out.event(
        session.link,
        "key_exchange",
        vin=vin,
        peer=session.peer,
        algorithm=key.kind,
        since_s=key.since_s,
        until_s=key.until_s,
        sealed=seal(key.key, house.keys.seal_key, vin),
    )
    out.answer(session.link, answer(data, SUCCESS))


def _sequence(data: bytes) -> int:
    return int.from_bytes(data[_SEQUENCE], "big")


def _tell_replay(session: Session, vin: bytes, data: bytes, out: Outbox) -> None:
    """A login that proves the key, but is old: it was recorded, or the terminal's clock is off."""
    if not session.house.may_tell("replayed_login", vin):
        return
    out.event(
        session.link,
        "replayed_login",
        vin=text_of(vin),
        peer=session.peer,
        sequence=_sequence(data),
    )


def _tell_clone(session: Session, vin: bytes, older: Older | None, out: Outbox) -> None:
    if older is None or not session.house.may_tell("possible_clone", vin):
        return
    out.event(
        session.link,
        "possible_clone",
        vin=text_of(vin),
        peer=session.peer,
        other_link=older.link,
        other_stream=older.stream or "",
        replaced=False,
    )
