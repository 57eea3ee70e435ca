"""What a public platform gets of a frame: raw as far as can be, made anew where it must be."""

import pytest
from tests.uplink.frames_of_tests import OTHER, VIN, WHEN, report, said, vector, vectors

from voltward.frames.as_json import frame_to_dict
from voltward.frames.editions import COMMAND, PLAIN
from voltward.frames.errors import FrameError
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import MAX_UNIT
from voltward.uplink.reencode import Reencoded, Unreadable, copied, reencoded

OLD, NEW = Edition.Y2016, Edition.Y2025
FULL_2016 = "2016 realtime, all nine info types"
FULL_2025 = "2025 realtime, all eleven info types"


def to(edition: int, frame: bytes, *left_out: int, command: int | None = None) -> Reencoded:
    command = frame[2] if command is None else command
    return reencoded(frame, edition=edition, left_out=left_out, command=command)


# raw copies


@pytest.mark.parametrize("name", [FULL_2016, FULL_2025])
def test_a_frame_of_the_platforms_edition_goes_as_it_is(name: str) -> None:
    frame = vector(name)
    assert to(decode_frame(frame).header.edition, frame) == (frame, (), False)


@pytest.mark.parametrize("name", [FULL_2016, FULL_2025])
def test_a_reissue_differs_in_command_and_check_byte_only(name: str) -> None:
    frame = vector(name)
    again = to(decode_frame(frame).header.edition, frame, command=3).frame
    assert again is not None
    assert decode_frame(again).unit == decode_frame(frame).unit
    assert [at for at in range(len(frame)) if frame[at] != again[at]] == [2, len(frame) - 1]


def test_damage_stays_visible_in_a_raw_copy() -> None:
    frame = vector(FULL_2016)
    damaged = frame[:40] + bytes((frame[40] ^ 1,)) + frame[41:]
    again = to(2016, damaged, command=3).frame
    assert again is not None
    with pytest.raises(FrameError, match="bad_bcc"):
        decode_frame(again)
    with pytest.raises(Unreadable, match="bad_bcc"):
        to(2025, damaged)


def test_bytes_that_no_table_knows_are_part_of_a_raw_copy() -> None:
    frame = vector("0x0A (platform-defined, no length known)")
    assert to(2016, frame) == (frame, (), False)


# what is left out


def test_items_are_left_out_whole_and_nothing_else_changes() -> None:
    frame = vector(FULL_2016)
    result = to(2016, frame, 0x05, 0x03)
    kept, all_items = said(result.frame), said(frame)
    assert all_items.keys() - kept.keys() == {"position", "fuel_cell"}
    assert all(kept[name] == all_items[name] for name in kept)
    assert result.lost == ()


def test_a_signature_does_not_outlive_the_items_it_signs() -> None:
    frame = vector(FULL_2025)
    result = to(2025, frame, 0x05)
    assert result.lost == ("signature",)
    assert frame_to_dict(decode_frame(result.frame or b""))["body"]["signature"] is None
    assert to(2025, vector("2025 WGS-84 coordinates"), 0x80).lost == ()


def test_a_policy_that_touches_nothing_in_a_frame_leaves_it_raw() -> None:
    frame = vector("2025 WGS-84 coordinates")
    assert to(2025, frame, 0x01, 0x80).frame == frame


def test_what_was_not_understood_may_hide_what_is_left_out_and_goes_too() -> None:
    frame = vector("0x0A (platform-defined, no length known)")
    result = to(2016, frame, 0x05)
    assert result.lost == ("rest.unknown_type",)
    assert said(result.frame).keys() == {"vehicle"}


def test_a_report_of_which_all_is_left_out_is_none_with_nothing_lost() -> None:
    frame = vector("2016 realtime with only info type 0x05 position")
    assert to(2016, frame, 0x05) == (None, (), False)
    assert to(2025, frame, 0x05) == (None, (), False)


def test_policies_name_types_of_the_platforms_edition() -> None:
    frame = vector(FULL_2025)
    assert "alarms" in said(to(2016, frame, 0x06).frame)
    assert "extremes" not in said(to(2016, frame, 0x06).frame)
    assert "alarms" not in said(to(2016, frame, 0x07).frame)


def test_logins_are_never_thinned_out() -> None:
    frame = vector("2016 vehicle login, 2 subsystems")
    assert to(2016, frame, 0x01, 0x05).frame == frame


# between editions


def test_a_2025_report_becomes_the_2016_one_that_says_the_same() -> None:
    source = said(vector(FULL_2025))
    result = to(2016, vector(FULL_2025))
    assert result.frame is not None
    assert result.frame[:2] == b"##"
    found = said(result.frame)
    gone = {"fuel_cell_stacks", "supercapacitor", "supercapacitor_extremes"}
    assert list(found) == [*(name for name in source if name not in gone), "extremes"]
    for name in ("speed_kmh", "odometer_km", "total_voltage_v", "total_current_a", "soc_pct"):
        assert found["vehicle"][name] == source["vehicle"][name]
    assert found["vehicle"]["accelerator_pct"] == "invalid"
    assert found["motors"]["motors"][0]["dc_bus_current_a"] == "invalid"
    assert "signature" in result.lost
    assert "supercapacitor" in result.lost


def test_a_2016_report_becomes_the_2025_one_that_says_the_same() -> None:
    source, result = said(vector(FULL_2016)), to(2025, vector(FULL_2016))
    found = said(result.frame)
    assert "extremes" not in found
    assert "extremes" in result.lost
    assert found["position"]["datum"] == "invalid"
    assert found["alarms"]["flag_levels"] == "invalid"
    assert found["probe_temps"]["packs"] == source["probe_temps"]["packs"]
    cells = found["cell_voltages"]["packs"][0]
    assert cells["cell_voltages_v"] == source["cell_voltages"]["packs"][0]["cell_voltages_v"]
    assert cells["cell_count"] == 96


def test_an_out_of_range_value_is_lost_and_never_cut_to_the_limit() -> None:
    frame = report(
        NEW, {"name": "vehicle", "speed_kmh": 300, "total_current_a": -2500, "gear": "D"}
    )
    result = to(2016, frame)
    vehicle = said(result.frame)["vehicle"]
    assert (vehicle["speed_kmh"], vehicle["total_current_a"]) == ("invalid", "invalid")
    assert {"vehicle.speed_kmh", "vehicle.total_current_a"} <= set(result.lost)


def test_a_value_that_was_out_of_range_before_goes_on_as_it_is() -> None:
    vehicle = {"name": "vehicle", "speed_kmh": 6000, "state": 9, "gear": "D"}
    found = said(to(2016, report(NEW, vehicle)).frame)["vehicle"]
    assert (found["speed_kmh"], found["state"]) == (6000, 9)


def test_codes_stay_the_codes_they_are_in_wider_fields_too() -> None:
    motor = {"number": 1, "torque_nm": "abnormal", "speed_rpm": "invalid"}
    found = said(to(2025, report(OLD, {"name": "motors", "motors": [motor]})).frame)["motors"]
    assert found["motors"][0]["torque_nm"] == "abnormal"
    assert found["motors"][0]["speed_rpm"] == "invalid"


def test_a_finer_number_is_rounded_and_named() -> None:
    fine = {"name": "fuel_cell", "hydrogen_highest_temp_c": 20.5}
    result = to(2025, report(OLD, fine))
    assert said(result.frame)["fuel_cell"]["hydrogen_highest_temp_c"] == 21
    assert "fuel_cell.hydrogen_highest_temp_c" in result.lost
    whole = to(2025, report(OLD, {"name": "fuel_cell", "hydrogen_highest_temp_c": -20.0}))
    assert said(whole.frame)["fuel_cell"]["hydrogen_highest_temp_c"] == -20
    assert whole.lost == ()


def test_custom_items_keep_their_code_and_bytes() -> None:
    result = to(2025, vector("custom items 0x80 and 0xFE"))
    items = decode_frame(result.frame or b"").items
    assert [item.code for item in items if item.name == "custom"] == [0x80, 0xFE]


def test_items_that_no_longer_fit_in_a_frame_are_lost_by_name() -> None:
    packs = [{"number": number, "cell_voltages_v": [3.5] * 650} for number in range(1, 51)]
    result = to(2016, report(NEW, {"name": "cell_voltages", "packs": packs}))
    assert result.frame is not None
    assert len(result.frame) <= MAX_UNIT + 25
    assert result.lost == ("cell_voltages",)
    assert said(result.frame).keys() == {"extremes"}


def test_a_report_without_items_goes_on_without_items() -> None:
    result = to(2025, vector("realtime with time and no info item"))
    assert result.frame is not None
    assert said(result.frame) == {}


def test_what_could_be_read_of_a_broken_report_is_said() -> None:
    result = to(2025, vector("0x0A (platform-defined, no length known)"))
    assert said(result.frame).keys() == {"vehicle"}
    assert result.lost[0] == "rest.unknown_type"
    assert to(2025, vector("2 motors declared, 1 sent")) == (None, ("rest.body_truncated",), False)


# thermal events


def alarms(**values: object) -> dict[str, object]:
    return {"name": "alarms", "level": 0, **values}


@pytest.mark.parametrize(
    "tells",
    [
        alarms(level=4, flag_bits=[23], flag_levels=[[23, 4]]),
        alarms(level=4),
        alarms(level=2, flag_bits=[23]),
        alarms(level="invalid", flag_bits=[1], flag_levels=[[1, 4]]),
    ],
    ids=["all of it", "level alone", "flag alone", "level of a flag"],
)
def test_a_thermal_event_goes_to_a_2016_platform_as_level_3(tells: dict[str, object]) -> None:
    result = to(2016, report(NEW, tells))
    assert said(result.frame)["alarms"]["level"] == 3
    assert result.thermal_as_3


def test_no_other_alarm_is_made_graver() -> None:
    result = to(2016, report(NEW, alarms(level=2, flag_bits=[1, 24], flag_levels=[[1, 2]])))
    found = said(result.frame)["alarms"]
    assert (found["level"], found["flag_bits"]) == (2, [1])
    assert not result.thermal_as_3
    assert result.lost == ("alarms.flags.hydrogen_leak", "alarms.flag_levels")


def test_a_reserved_bit_never_becomes_a_thermal_event() -> None:
    result = to(2025, report(OLD, alarms(level=1, flag_bits=[0, 23])))
    found = said(result.frame)["alarms"]
    assert (found["level"], found["flag_bits"]) == (1, [0])
    assert result.lost == ("alarms.flags.bit_23",)


# logins and logouts


def login(edition: Edition, **values: object) -> bytes:
    body = {"time": WHEN, "sequence": 7, "iccid": "89860000000000000000", **values}
    return encode_frame(edition, 1, COMMAND, VIN, body)


def body_of(frame: bytes | None) -> dict[str, object]:
    assert frame is not None
    return frame_to_dict(decode_frame(frame))["body"]  # type: ignore[no-any-return]


def test_a_2025_login_lists_its_packs_as_subsystems() -> None:
    result = to(2016, login(NEW, pack_codes=[["A" * 24], ["B" * 24, "C" * 24]]))
    found = body_of(result.frame)
    assert (found["subsystems"], found["code_length"]) == (3, 24)
    assert found["pack_codes"] == ["A" * 24, "B" * 24, "C" * 24]
    assert result.lost == ("vehicle_login.packs_per_bms",)


def test_a_2016_login_lists_its_subsystems_as_bms_with_one_pack() -> None:
    result = to(2025, login(OLD, pack_codes=["A" * 24, "B" * 24]))
    found = body_of(result.frame)
    assert (found["subsystems"], found["packs_per_bms"]) == (2, [1, 1])
    assert found["pack_codes"] == [["A" * 24], ["B" * 24]]
    assert result.lost == ()
    back = to(2016, result.frame or b"")
    assert body_of(back.frame) == body_of(login(OLD, pack_codes=["A" * 24, "B" * 24]))


def test_codes_that_are_not_uploaded_stay_so() -> None:
    found = body_of(to(2025, login(OLD, subsystems=2, code_length=0, pack_codes=["", ""])).frame)
    assert (found["subsystems"], found["packs_per_bms"], found["pack_codes"]) == (
        2,
        [0, 0],
        [[], []],
    )


def test_a_code_of_more_than_24_characters_is_lost_and_not_cut() -> None:
    result = to(2025, login(OLD, pack_codes=["A" * 27, "B" * 24]))
    assert body_of(result.frame)["pack_codes"] == [[], ["B" * 24]]
    assert result.lost == ("vehicle_login.pack_codes",)


def test_more_than_20_bms_cannot_be_said() -> None:
    result = to(2025, login(OLD, pack_codes=["A" * 24] * 21))
    found = body_of(result.frame)
    assert (found["subsystems"], found["packs_per_bms"]) == (255, [])
    assert result.lost == ("vehicle_login.subsystems",)


@pytest.mark.parametrize("edition", list(Edition))
def test_a_logout_keeps_time_and_sequence(edition: Edition) -> None:
    frame = encode_frame(edition, 4, COMMAND, VIN, {"time": WHEN, "sequence": 65_531})
    assert body_of(to(OTHER[edition], frame).frame) == body_of(frame)


# what is refused


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2016 AES-128 flag", "encrypted"),
        ("2016 encryption byte FF", "encrypted"),
        ("2016 realtime ack ok", "cannot become"),
        ("2016 heartbeat, empty data unit", "cannot become"),
        ("2016 start 7E 7E", "no edition"),
        ("2016 declared length one too large", "its head says"),
        ("2016 one byte", "a frame has at least"),
    ],
)
def test_what_is_no_frame_to_forward_is_refused_with_its_reason(name: str, text: str) -> None:
    frame = next(frame for why, frame in vectors().items() if why.startswith(name))
    with pytest.raises(Unreadable, match=text):
        reencoded(frame, edition=2016, left_out=(), command=2)


@pytest.mark.parametrize(
    ("name", "text"),
    [("2016 time cut to 5 bytes", "no collection time"), ("2016 logout without sequence", "0x04")],
)
def test_a_frame_too_short_to_be_converted_is_refused(name: str, text: str) -> None:
    with pytest.raises(Unreadable, match=text):
        to(2025, vector(name))


def test_a_login_never_becomes_a_report() -> None:
    with pytest.raises(Unreadable, match="cannot become"):
        to(2016, vector("2016 vehicle login, 2 subsystems"), command=3)
    with pytest.raises(Unreadable, match="expected 2016 or 2025"):
        to(2011, vector(FULL_2016))


def test_every_vector_is_forwarded_or_refused_in_both_editions() -> None:
    for why, frame in vectors().items():
        for edition in (2016, 2025):
            for command in (1, 2, 3, 4):
                try:
                    result = reencoded(frame, edition=edition, left_out=(5,), command=command)
                except Unreadable:
                    continue
                if result.frame is not None and "checksum" not in why:
                    decoded = decode_frame(result.frame)
                    assert decoded.header.command == command
                    assert decoded.header.encryption == PLAIN
                    assert int(decoded.header.edition) == edition


def test_a_copy_with_a_forgotten_check_byte_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control."""

    def forgetful(frame: bytes, command: int) -> bytes:
        return frame[:2] + bytes((command,)) + frame[3:]

    assert copied(vector(FULL_2016), 3) != forgetful(vector(FULL_2016), 3)
    monkeypatch.setattr("voltward.uplink.reencode.copied", forgetful)
    with pytest.raises(FrameError, match="bad_bcc"):
        decode_frame(to(2016, vector(FULL_2016), command=3).frame or b"")
