"""GB/T 32960.3-2016: its commands in the order of their codes."""

from voltward.frames.y2016.commands.link import HEARTBEAT, TIME_SYNC
from voltward.frames.y2016.commands.parameters import PARAMETER_QUERY, PARAMETER_SET
from voltward.frames.y2016.commands.platform_login import PLATFORM_LOGIN, PLATFORM_LOGOUT
from voltward.frames.y2016.commands.reports import REALTIME, REISSUE
from voltward.frames.y2016.commands.terminal_control import TERMINAL_CONTROL
from voltward.frames.y2016.commands.vehicle_login import VEHICLE_LOGIN, VEHICLE_LOGOUT

COMMANDS = (
    VEHICLE_LOGIN,
    REALTIME,
    REISSUE,
    VEHICLE_LOGOUT,
    PLATFORM_LOGIN,
    PLATFORM_LOGOUT,
    HEARTBEAT,
    TIME_SYNC,
    PARAMETER_QUERY,
    PARAMETER_SET,
    TERMINAL_CONTROL,
)
