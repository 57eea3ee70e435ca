"""车辆登入 and 车辆登出 (vehicle login and logout), commands 0x01 and 0x04 of GB/T 32960.3-2025."""

from voltward.frames.grammar import (
    U8,
    U16,
    Command,
    Edition,
    Moment,
    Text,
    TextGroups,
    count,
    number,
    numbers,
)

VEHICLE_LOGIN = Command(
    code=0x01,
    edition=Edition.Y2025,
    name="vehicle_login",
    source="GB/T 32960.3-2025 第7章 车辆登入",
    fields=(
        Moment("time"),
        # One more at every login, 1..65531, again from 1 every day.
        number("sequence", U16, lowest=1.0, highest=65_531.0, codes=False),
        # Digits as read from the SIM, in ASCII.
        Text("iccid", octets=20),
        # Battery management systems.
        count("subsystems", U8, lowest=0, highest=20),
        numbers(
            number("packs_per_bms", U8, lowest=0.0, highest=50.0, codes=False),
            count="subsystems",
        ),
        # 24 characters each (GB/T 34014), grouped by BMS.
        TextGroups("pack_codes", counts="packs_per_bms", octets=24),
    ),
)

VEHICLE_LOGOUT = Command(
    code=0x04,
    edition=Edition.Y2025,
    name="vehicle_logout",
    source="GB/T 32960.3-2025 第7章 车辆登出",
    fields=(
        Moment("time"),
        # That of the login.
        number("sequence", U16, lowest=1.0, highest=65_531.0, codes=False),
    ),
)
