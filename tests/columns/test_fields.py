"""The catalogue of columns: complete, in both languages, and of the promised names and types."""

import pyarrow as pa
import pytest

from voltward.columns.fields import ARROW_SCHEMA, COLUMNS, LISTS, SCALARS, family_name
from voltward.columns.layout import NAMES, TABLES
from voltward.columns.naming import UNITS

PROMISED = {
    "vehicle_state",
    "charging",
    "drive_mode",
    "speed_kmh",
    "odometer_km",
    "total_voltage_v",
    "total_current_a",
    "soc_pct",
    "dcdc",
    "gear",
    "insulation_kohm",
    "accelerator_pct",
    "brake_pct",
    "longitude_deg",
    "latitude_deg",
    "position_status",
    "datum",
    "highest_voltage_v",
    "highest_voltage_pack",
    "highest_voltage_cell",
    "highest_temp_c",
    "lowest_temp_c",
    "alarm_level",
    "alarm_flags",
    "engine_state",
    "fuel_cell_voltage_v",
    "signature_algorithm",
}
PROMISED_LISTS = {
    "motor_number": "u1",
    "motor_state": "u1",
    "motor_controller_temp_c": "f4",
    "motor_speed_rpm": "f4",
    "motor_torque_nm": "f4",
    "motor_temp_c": "f4",
    "motor_controller_voltage_v": "f4",
    "motor_dc_bus_current_a": "f4",
    "pack_number": "u1",
    "pack_voltage_v": "f4",
    "pack_current_a": "f4",
    "pack_cell_count": "u2",
    "pack_first_cell": "u2",
    "pack_cells_in_frame": "u2",
    "cell_voltages_mv": "u2",
    "probe_pack_number": "u1",
    "probe_pack_count": "u2",
    "probe_temps_c": "i2",
    "storage_fault_codes": "u4",
    "motor_fault_codes": "u4",
    "engine_fault_codes": "u4",
    "other_fault_codes": "u4",
    "alarm_flag_numbers": "u1",
    "alarm_flag_levels": "u1",
}


def test_the_names_that_other_rooms_and_the_api_rely_on_are_there() -> None:
    assert set(SCALARS) >= PROMISED
    assert {name: COLUMNS[name].dtype for name in PROMISED_LISTS} == PROMISED_LISTS


def test_positions_are_exact_to_the_millionth_of_a_degree() -> None:
    assert COLUMNS["longitude_deg"].dtype == COLUMNS["latitude_deg"].dtype == "f8"
    assert COLUMNS["longitude_deg"].decimals == 6


@pytest.mark.parametrize("name", list(COLUMNS))
def test_a_column_says_its_title_in_both_languages_its_unit_and_its_source(name: str) -> None:
    column = COLUMNS[name]
    for phrase in (column.title, column.type_title):
        assert phrase.zh
        assert phrase.en
        assert not phrase.zh.isascii() or phrase.zh in ("SOC", "R", "S")
    assert (column.unit in UNITS.values()) == any(name.endswith(ending) for ending in UNITS)
    assert all(source.startswith("GB/T 32960.3-") for source in column.sources)
    assert column.types


def test_floats_have_a_unit_and_integers_are_as_sent() -> None:
    for column in COLUMNS.values():
        if column.dtype.startswith("f"):
            assert column.unit
        elif column.name not in ("cell_voltages_mv", "supercapacitor_cell_voltages_mv"):
            assert column.dtype == "i2" or not column.unit


def test_what_both_editions_have_is_one_column() -> None:
    assert COLUMNS["speed_kmh"].types == ("2016:0x01", "2025:0x01")
    assert COLUMNS["alarm_level"].types == ("2016:0x07", "2025:0x06")
    assert COLUMNS["datum"].types == ("2025:0x05",)
    assert COLUMNS["accelerator_pct"].types == ("2016:0x01",)


def test_every_column_is_filled_by_a_field_or_a_list_of_the_layout() -> None:
    filled = {NAMES[number] for number in TABLES.fields[:, 3]}
    filled |= {NAMES[number] for number in TABLES.lists[:, 2:4].ravel()}
    assert filled == set(NAMES)


def test_lists_of_a_family_share_their_offsets() -> None:
    assert family_name("motor_speed_rpm") == family_name("motor_state") == "motor"
    assert family_name("rest") == "rest"
    with pytest.raises(KeyError):
        family_name("speed_kmh")
    assert all(COLUMNS[name].is_list for name in LISTS)


def test_the_arrow_schema_has_every_column_once() -> None:
    names = ARROW_SCHEMA.names
    assert len(set(names)) == len(names)
    assert set(COLUMNS) < set(names)
    assert ARROW_SCHEMA.field("cell_voltages_mv").type == pa.list_(pa.uint16())
    assert ARROW_SCHEMA.field("reasons").type == pa.map_(pa.string(), pa.uint8())
