"""车辆登入 and 车辆登出 (vehicle login and logout), commands 0x01 and 0x04 of GB/T 32960.3-2016."""

from voltward.frames.grammar import U8, U16, Command, Edition, Moment, Text, Texts, count, number

VEHICLE_LOGIN = Command(
    code=0x01,
    edition=Edition.Y2016,
    name="vehicle_login",
    source="GB/T 32960.3-2016 第7章 车辆登入",
    fields=(
        Moment("time"),
        # One more at every login, 1..65531, again from 1 every day.
        number("sequence", U16, lowest=1.0, highest=65_531.0, codes=False),
        # Digits as read from the SIM, in ASCII.
        Text("iccid", octets=20),
        count("subsystems", U8, lowest=0, highest=250),
        # 0: the codes are not uploaded.
        count("code_length", U8, lowest=0, highest=50),
        Texts("pack_codes", count="subsystems", octets="code_length"),
    ),
)

VEHICLE_LOGOUT = Command(
    code=0x04,
    edition=Edition.Y2016,
    name="vehicle_logout",
    source="GB/T 32960.3-2016 第7章 车辆登出",
    fields=(
        Moment("time"),
        # That of the login.
        number("sequence", U16, lowest=1.0, highest=65_531.0, codes=False),
    ),
)
