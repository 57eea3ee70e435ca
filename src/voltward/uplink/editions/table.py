"""Which quantity of GB/T 32960.3-2016 is which of GB/T 32960.3-2025: both editions in full.

A row names a field of each edition, in printed order; None: that edition has no word for it. Two
fields stand in one row only where both texts define the same quantity. So the fuel cell's voltage
(2016) is not that of a stack (2025), and a share by mass (mg/kg) is not one by volume (%vol).
Fields of a repeated group and bits are written ``group.field``.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import Edition, InfoType

Row: TypeAlias = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Codes of the information types of 2016 and of 2025 that say the same; None: there is none."""

    of_2016: int | None
    of_2025: int | None
    rows: tuple[Row, ...]

    @property
    def types(self) -> tuple[InfoType | None, InfoType | None]:
        """The tables behind the codes."""
        old, new = self.of_2016, self.of_2025
        return (
            None if old is None else INFO_TYPES[Edition.Y2016][old],
            None if new is None else INFO_TYPES[Edition.Y2025][new],
        )


VEHICLE: Final = Pair(
    0x01,
    0x01,
    (
        ("state", "state"),
        ("charging", "charging"),
        ("drive_mode", "drive_mode"),
        ("speed_kmh", "speed_kmh"),
        ("odometer_km", "odometer_km"),
        ("total_voltage_v", "total_voltage_v"),
        ("total_current_a", "total_current_a"),
        ("soc_pct", "soc_pct"),
        ("dcdc", "dcdc"),
        ("gear", "gear"),
        ("insulation_kohm", "insulation_kohm"),
        ("accelerator_pct", None),
        ("brake_pct", None),
    ),
)

MOTORS: Final = Pair(
    0x02,
    0x02,
    (
        ("motor_count", "motor_count"),
        ("motors", "motors"),
        ("motors.number", "motors.number"),
        ("motors.state", "motors.state"),
        ("motors.controller_temp_c", "motors.controller_temp_c"),
        ("motors.speed_rpm", "motors.speed_rpm"),
        ("motors.torque_nm", "motors.torque_nm"),
        ("motors.motor_temp_c", "motors.motor_temp_c"),
        ("motors.controller_voltage_v", None),
        ("motors.dc_bus_current_a", None),
    ),
)

FUEL_CELL: Final = Pair(
    0x03,
    0x03,
    (
        ("voltage_v", None),
        ("current_a", None),
        ("hydrogen_kg_per_100km", None),
        ("probe_count", None),
        ("probe_temps_c", None),
        ("hydrogen_highest_temp_c", "hydrogen_highest_temp_c"),
        ("hydrogen_highest_temp_probe", "hydrogen_highest_temp_probe"),
        ("hydrogen_highest_concentration_mg_per_kg", None),
        (None, "hydrogen_highest_concentration_pct_vol"),
        ("hydrogen_highest_concentration_sensor", "hydrogen_highest_concentration_sensor"),
        ("hydrogen_highest_pressure_mpa", "hydrogen_highest_pressure_mpa"),
        ("hydrogen_highest_pressure_sensor", "hydrogen_highest_pressure_sensor"),
        ("hv_dcdc", "hv_dcdc"),
        (None, "hydrogen_remaining_pct"),
        (None, "hv_dcdc_temp_c"),
    ),
)

ENGINE: Final = Pair(
    0x04,
    0x04,
    (
        ("state", None),
        ("crankshaft_rpm", "crankshaft_rpm"),
        ("fuel_l_per_100km", None),
    ),
)

POSITION: Final = Pair(
    0x05,
    0x05,
    (
        ("status_raw", "status_raw"),
        (None, "datum"),
        ("longitude_deg", "longitude_deg"),
        ("latitude_deg", "latitude_deg"),
    ),
)

# The 2025 edition has no extremes: they follow from its lists (``extremes``).
EXTREMES: Final = Pair(0x06, None, ())

# Flags by bit. Bits 19 to 31 are reserved in 2016, 28 to 31 in 2025: a reserved bit that is set says
# nothing, and must not come to say what the other edition gives its place to.
ALARMS: Final = Pair(
    0x07,
    0x06,
    (
        ("level", "level"),
        ("flags", "flags"),
        ("flags.temperature_difference", "flags.temperature_difference"),
        ("flags.battery_over_temperature", "flags.battery_over_temperature"),
        ("flags.storage_over_voltage", "flags.storage_over_voltage"),
        ("flags.storage_under_voltage", "flags.storage_under_voltage"),
        ("flags.soc_low", "flags.soc_low"),
        ("flags.cell_over_voltage", "flags.unit_over_voltage"),
        ("flags.cell_under_voltage", "flags.unit_under_voltage"),
        ("flags.soc_too_high", "flags.soc_too_high"),
        ("flags.soc_jump", "flags.soc_jump"),
        ("flags.storage_mismatch", "flags.storage_mismatch"),
        ("flags.cell_consistency_poor", "flags.unit_consistency_poor"),
        ("flags.insulation", "flags.insulation_failure"),
        ("flags.dcdc_temperature", "flags.dcdc_temperature"),
        ("flags.brake_system", "flags.brake_system"),
        ("flags.dcdc_status", "flags.dcdc_status"),
        ("flags.motor_controller_temperature", "flags.motor_controller_temperature"),
        ("flags.high_voltage_interlock", "flags.high_voltage_interlock"),
        ("flags.motor_temperature", "flags.motor_temperature"),
        ("flags.storage_over_charge", "flags.storage_over_charge"),
        (None, "flags.motor_over_speed"),
        (None, "flags.motor_over_current"),
        (None, "flags.supercapacitor_over_temperature"),
        (None, "flags.supercapacitor_over_voltage"),
        (None, "flags.storage_thermal_event"),
        (None, "flags.hydrogen_leak"),
        (None, "flags.hydrogen_pressure"),
        (None, "flags.hydrogen_temperature"),
        (None, "flags.stack_over_temperature"),
        ("storage_fault_codes", "storage_fault_codes"),
        ("motor_fault_codes", "motor_fault_codes"),
        ("engine_fault_codes", "engine_fault_codes"),
        ("other_fault_codes", "other_fault_codes"),
        (None, "flag_levels"),
    ),
)

# 2016 says which cells of a pack a frame holds; 2025 always holds all of them (``cells``).
CELL_VOLTAGES: Final = Pair(
    0x08,
    0x07,
    (
        ("pack_count", "pack_count"),
        ("packs", "packs"),
        ("packs.number", "packs.number"),
        ("packs.voltage_v", "packs.voltage_v"),
        ("packs.current_a", "packs.current_a"),
        ("packs.cell_count", "packs.cell_count"),
        ("packs.first_cell", None),
        ("packs.cells_in_frame", None),
        ("packs.cell_voltages_v", "packs.cell_voltages_v"),
    ),
)

PROBE_TEMPS: Final = Pair(
    0x09,
    0x08,
    (
        ("pack_count", "pack_count"),
        ("packs", "packs"),
        ("packs.number", "packs.number"),
        ("packs.probe_count", "packs.probe_count"),
        ("packs.probe_temps_c", "packs.probe_temps_c"),
    ),
)

FUEL_CELL_STACKS: Final = Pair(None, 0x30, ())
SUPERCAPACITOR: Final = Pair(None, 0x31, ())
SUPERCAPACITOR_EXTREMES: Final = Pair(None, 0x32, ())

# What is in them is the maker's own, in both editions alike.
CUSTOM: Final = Pair(0x80, 0x80, (("data_hex", "data_hex"),))

PAIRS: Final = (
    VEHICLE,
    MOTORS,
    FUEL_CELL,
    ENGINE,
    POSITION,
    EXTREMES,
    ALARMS,
    CELL_VOLTAGES,
    PROBE_TEMPS,
    FUEL_CELL_STACKS,
    SUPERCAPACITOR,
    SUPERCAPACITOR_EXTREMES,
    CUSTOM,
)
