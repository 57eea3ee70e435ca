"""Whom a simulated public platform lets in, what it accepts, and how it answers."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.simulator.platform.client import (
    OTHER_VIN,
    PASSWORD,
    USER,
    VIN,
    WHEN,
    login,
    logout,
    report,
)

from voltward.base.errors import BadInput
from voltward.frames.as_json import frame_to_dict
from voltward.frames.editions import COMMAND
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import bcc
from voltward.simulator.platform.faults import Faults, with_fault
from voltward.simulator.platform.platform import Platform, PlatformConfig, Session

OLD, NEW = Edition.Y2016, Edition.Y2025


def platform(
    edition: Edition = OLD,
    faults: Faults | None = None,
    *,
    vehicles: Iterable[str] | None = None,
    style: str = "time",
    record: Path | None = None,
) -> Platform:
    config = PlatformConfig(
        edition,
        {USER: PASSWORD},
        None if vehicles is None else frozenset(vehicles),
        style,
        record=record,
    )
    return Platform(config, faults)


def linked(edition: Edition = OLD, faults: Faults | None = None, **more: object) -> Session:
    """A session whose login was accepted."""
    session = Session(platform(edition, faults, **more))  # type: ignore[arg-type]
    assert flag(session.take(login(edition))) == 1
    return session


def flag(answer: bytes) -> int:
    return decode_frame(answer).header.response


# logins


@pytest.mark.parametrize("edition", list(Edition))
def test_the_right_account_is_let_in_and_its_reports_are_accepted(edition: Edition) -> None:
    session = linked(edition)
    assert flag(session.take(report(edition=edition))) == 1
    assert session.user == USER


@pytest.mark.parametrize(
    "frame",
    [
        login(password="wrong"),
        login(user="nobody"),
        login(sequence=0),
        login(NEW),
    ],
    ids=["password", "user", "sequence", "edition"],
)
def test_a_wrong_login_is_answered_with_an_error_and_noted(frame: bytes) -> None:
    session = Session(platform())
    assert flag(session.take(frame)) == 2
    assert session.user is None
    assert flag(session.take(report())) == 2


def test_before_its_login_a_platform_is_told_no() -> None:
    session = Session(platform())
    assert flag(session.take(report())) == 2
    assert flag(session.take(logout())) == 2


def test_a_logout_must_carry_the_sequence_of_the_login() -> None:
    session = linked()
    assert flag(session.take(logout(sequence=9))) == 2
    assert flag(session.take(report())) == 1
    assert flag(session.take(logout())) == 1
    assert flag(session.take(report())) == 2


def test_a_password_changes_while_the_platform_runs(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("first\n")
    found = platform()
    found.accounts[USER] = file
    assert flag(Session(found).take(login(password="first"))) == 1
    file.write_text("second\n")
    assert flag(Session(found).take(login(password="first"))) == 2
    assert flag(Session(found).take(login(password="second"))) == 1
    assert [one.flag for one in found.book.logins] == [1, 2, 1]


# messages


@pytest.mark.parametrize(("edition", "expected"), [(OLD, 2), (NEW, 4)])
def test_a_vehicle_that_is_not_registered_is_refused(edition: Edition, expected: int) -> None:
    session = linked(edition, vehicles=[VIN])
    assert flag(session.take(report(vin=OTHER_VIN, edition=edition))) == expected
    assert flag(session.take(report(edition=edition))) == 1


@pytest.mark.parametrize(("edition", "expected"), [(OLD, 2), (NEW, 6)])
def test_a_broken_data_unit_is_refused(edition: Edition, expected: int) -> None:
    session = linked(edition)
    frame = report(edition=edition)
    unit = frame[24:-3]
    head = frame[:22] + len(unit).to_bytes(2, "big")
    broken = head + unit + bytes((bcc(head[2:] + unit),))
    assert flag(session.take(broken)) == expected


@pytest.mark.parametrize(("edition", "expected"), [(OLD, 2), (NEW, 7)])
def test_an_encrypted_data_unit_is_refused(edition: Edition, expected: int) -> None:
    frame = encode_frame(edition, 2, COMMAND, VIN, bytes(32), encryption=3)
    assert flag(linked(edition).take(frame)) == expected


def test_a_frame_of_the_other_edition_is_refused() -> None:
    assert flag(linked(OLD).take(report(edition=NEW))) == 2


def test_reports_of_gbt_45688_are_accepted_with_either_start() -> None:
    body = {"time": WHEN, "fault_level": 0}
    session = linked(NEW)
    for edition in Edition:
        assert flag(session.take(encode_frame(edition, 0x10, COMMAND, VIN, body))) == 1


def test_an_answer_is_never_answered() -> None:
    session = linked()
    answer = encode_frame(OLD, 0x90, 1, VIN, {"time": WHEN})
    assert session.take(answer) == b""
    assert list(session._platform.book.feedback) == [(VIN.encode(), 1)]


# answers


@pytest.mark.parametrize(
    ("style", "unit"), [("time", slice(24, 30)), ("empty", slice(0, 0)), ("echo", slice(24, -1))]
)
def test_an_answer_holds_the_time_nothing_or_the_whole_message(style: str, unit: slice) -> None:
    frame = report()
    answer = linked(style=style).take(frame)
    assert decode_frame(answer).unit == frame[unit]
    assert answer[:3] == frame[:3]
    assert answer[4:22] == frame[4:22]


def test_a_style_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadInput, match="time, empty, echo"):
        platform(style="verbose")


# faults


def test_lost_answers_are_lost_by_share_and_the_message_is_accepted_all_the_same() -> None:
    session = linked(faults=Faults(lost=0.25))
    given = [session.take(report(second)) for second in range(400)]
    missing = sum(answer == b"" for answer in given)
    assert 70 <= missing <= 130
    figures = session._platform.book.figures
    assert (figures.accepted, figures.answers_withheld) == (400, missing)


def test_half_an_answer_is_its_first_half() -> None:
    whole = linked().take(report())
    assert linked(faults=Faults(half=1.0)).take(report()) == whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("faults", "what"), [(Faults(wrong_vin=1.0), "unique_id"), (Faults(wrong_time=1.0), "time")]
)
def test_a_wrong_answer_is_a_whole_frame_that_fits_no_message(faults: Faults, what: str) -> None:
    right = frame_to_dict(decode_frame(linked().take(report())))
    wrong = frame_to_dict(decode_frame(linked(faults=faults).take(report())))
    right |= right["body"]
    wrong |= wrong["body"]
    assert {key for key in right if right[key] != wrong[key] and key != "body"} == {what}


def test_messages_of_some_vehicles_are_refused_with_the_flag_that_was_asked_for() -> None:
    session = linked(NEW, Faults(error_vin=(VIN,), error_flag=3))
    assert flag(session.take(report(edition=NEW))) == 3
    assert flag(session.take(report(vin=OTHER_VIN, edition=NEW))) == 1


def test_a_share_of_messages_is_refused() -> None:
    session = linked(faults=Faults(error=0.5))
    refused = sum(flag(session.take(report(second))) == 2 for second in range(200))
    assert 70 <= refused <= 130
    assert session._platform.book.figures.refused == refused


def test_logins_are_refused_or_left_without_an_answer() -> None:
    assert flag(Session(platform(faults=Faults(refuse_logins=True))).take(login())) == 2
    mute = Session(platform(faults=Faults(mute_logins=True)))
    assert mute.take(login()) == b""
    assert mute.user is None


def test_faults_come_and_go_while_the_platform_runs() -> None:
    session = linked(faults=Faults(lost=1.0))
    assert session.take(report(1)) == b""
    session._platform.faults = Faults()
    assert flag(session.take(report(2))) == 1


def test_the_same_seed_makes_the_same_faults() -> None:
    runs = []
    for _ in range(2):
        session = linked(faults=Faults(lost=0.3, half=0.3, error=0.3))
        runs.append([session.take(report(second)) for second in range(50)])
    assert runs[0] == runs[1]


def test_faults_are_written_as_names_and_values() -> None:
    faults = Faults()
    for text in ("lost=0.5", "error_vin=A", "error_vin=B", "error_flag=0x04", "refuse_logins"):
        faults = with_fault(faults, text)
    assert faults == Faults(lost=0.5, error_vin=("A", "B"), error_flag=4, refuse_logins=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("luck=1", "expected one of late_s, lost"),
        ("lost", "lost=VALUE"),
        ("lost=often", "expected a number"),
        ("lost=1.5", "0 to 1"),
        ("close_after=-1", "0 to inf"),
        ("refuse_logins=1", "refuse_logins alone"),
    ],
)
def test_a_fault_that_cannot_be_is_named(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        with_fault(Faults(), text)


# the book


def test_what_was_accepted_before_is_counted_as_coming_twice() -> None:
    session = linked()
    session.take(report(1))
    session.take(report(1, command=3))
    session.take(report(2))
    figures = session._platform.book.figures
    assert (figures.accepted, figures.duplicates) == (3, 1)


def test_a_resend_of_what_was_refused_does_not_come_twice() -> None:
    session = linked(faults=Faults(error=1.0))
    session.take(report(1))
    session._platform.faults = Faults()
    session.take(report(1))
    assert session._platform.book.figures.duplicates == 0


def test_reissues_out_of_collection_order_are_counted_by_vehicle() -> None:
    session = linked()
    for second, vin in ((1, VIN), (5, VIN), (2, OTHER_VIN), (3, VIN), (6, VIN), (3, VIN)):
        session.take(report(second, vin, command=3))
    session.take(report(0))  # live: in no order with reissues
    figures = session._platform.book.figures
    assert (figures.out_of_order, figures.duplicates) == (1, 1)


def test_the_order_is_that_of_first_arrival_so_a_resend_later_is_none_of_it() -> None:
    session = linked()
    session.take(report(1, command=3))
    session._platform.faults = Faults(error=1.0)
    session.take(report(2, command=3))
    session._platform.faults = Faults()
    session.take(report(3, command=3))
    session.take(report(2, command=3))
    assert session._platform.book.figures.out_of_order == 0


def test_memory_of_what_came_is_bounded_and_reaches_back_one_generation() -> None:
    from voltward.base.clock import ManualClock
    from voltward.simulator.platform.book import Book

    book = Book(ManualClock(), keep=3, remember=10)
    for second in range(25):
        book.take(report(second), 1)
    assert len(book.frames) == 3
    assert sum(map(len, book._accepted)) <= 20
    book.take(report(24), 1)
    book.take(report(0), 1)  # forgotten
    assert book.figures.duplicates == 1
    assert (book.vehicles, book.reports_of(VIN)) == (1, 27)


def test_every_message_stands_in_the_record(tmp_path: Path) -> None:
    file = tmp_path / "record.txt"
    session = linked(record=file, vehicles=[VIN])
    session.take(report(1))
    session.take(report(2, OTHER_VIN))
    session._platform.book.close()
    lines = [line.split() for line in file.read_text().splitlines()]
    assert [line[1:] for line in lines] == [
        ["01", report(1).hex()],
        ["02", report(2, OTHER_VIN).hex()],
    ]


def test_a_platform_that_accepts_without_looking_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control."""
    monkeypatch.setattr(Session, "_flag", lambda self, frame: 1)
    with pytest.raises(AssertionError):
        test_before_its_login_a_platform_is_told_no()
