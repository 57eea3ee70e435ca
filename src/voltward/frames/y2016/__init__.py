"""GB/T 32960.3-2016: its information types, one file each, in the order of their codes."""

from voltward.frames.y2016.alarms import ALARMS
from voltward.frames.y2016.cell_voltages import CELL_VOLTAGES
from voltward.frames.y2016.custom import CUSTOM, CUSTOM_FIRST, CUSTOM_LAST
from voltward.frames.y2016.engine import ENGINE
from voltward.frames.y2016.extremes import EXTREMES
from voltward.frames.y2016.fuel_cell import FUEL_CELL
from voltward.frames.y2016.motors import MOTORS
from voltward.frames.y2016.position import POSITION
from voltward.frames.y2016.probe_temps import PROBE_TEMPS
from voltward.frames.y2016.vehicle import VEHICLE

TYPES = (
    VEHICLE,
    MOTORS,
    FUEL_CELL,
    ENGINE,
    POSITION,
    EXTREMES,
    ALARMS,
    CELL_VOLTAGES,
    PROBE_TEMPS,
)
CUSTOM_TYPE = CUSTOM
CUSTOM_CODES = range(CUSTOM_FIRST, CUSTOM_LAST + 1)
