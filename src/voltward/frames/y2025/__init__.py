"""GB/T 32960.3-2025: its information types, one file each, in the order of their codes."""

from voltward.frames.y2025.alarms import ALARMS
from voltward.frames.y2025.cell_voltages import CELL_VOLTAGES
from voltward.frames.y2025.custom import CUSTOM, CUSTOM_FIRST, CUSTOM_LAST
from voltward.frames.y2025.engine import ENGINE
from voltward.frames.y2025.fuel_cell import FUEL_CELL
from voltward.frames.y2025.fuel_cell_stacks import FUEL_CELL_STACKS
from voltward.frames.y2025.motors import MOTORS
from voltward.frames.y2025.position import POSITION
from voltward.frames.y2025.probe_temps import PROBE_TEMPS
from voltward.frames.y2025.supercapacitor import SUPERCAPACITOR
from voltward.frames.y2025.supercapacitor_extremes import SUPERCAPACITOR_EXTREMES
from voltward.frames.y2025.vehicle import VEHICLE

TYPES = (
    VEHICLE,
    MOTORS,
    FUEL_CELL,
    ENGINE,
    POSITION,
    ALARMS,
    CELL_VOLTAGES,
    PROBE_TEMPS,
    FUEL_CELL_STACKS,
    SUPERCAPACITOR,
    SUPERCAPACITOR_EXTREMES,
)
CUSTOM_TYPE = CUSTOM
CUSTOM_CODES = range(CUSTOM_FIRST, CUSTOM_LAST + 1)
