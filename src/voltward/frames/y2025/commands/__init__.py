"""GB/T 32960.3-2025: its commands in the order of their codes."""

from voltward.frames.y2025.commands.activation import ACTIVATION, ACTIVATION_RESPONSE
from voltward.frames.y2025.commands.key_exchange import KEY_EXCHANGE
from voltward.frames.y2025.commands.link import HEARTBEAT, TIME_SYNC
from voltward.frames.y2025.commands.parameters import PARAMETER_QUERY, PARAMETER_SET
from voltward.frames.y2025.commands.platform_login import PLATFORM_LOGIN, PLATFORM_LOGOUT
from voltward.frames.y2025.commands.reports import REALTIME, REISSUE
from voltward.frames.y2025.commands.terminal_control import TERMINAL_CONTROL
from voltward.frames.y2025.commands.vehicle_login import VEHICLE_LOGIN, VEHICLE_LOGOUT

COMMANDS = (
    VEHICLE_LOGIN,
    REALTIME,
    REISSUE,
    VEHICLE_LOGOUT,
    PLATFORM_LOGIN,
    PLATFORM_LOGOUT,
    HEARTBEAT,
    TIME_SYNC,
    ACTIVATION,
    ACTIVATION_RESPONSE,
    KEY_EXCHANGE,
    PARAMETER_QUERY,
    PARAMETER_SET,
    TERMINAL_CONTROL,
)
