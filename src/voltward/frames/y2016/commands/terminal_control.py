"""车载终端控制 (terminal control), command 0x82 of GB/T 32960.3-2016."""

from voltward.frames.grammar import (
    U8,
    U16,
    Address,
    Command,
    Edition,
    Moment,
    Octets,
    Parts,
    Text,
    number,
)

# The table and the text of a remote upgrade put the URL in different places; both are in use.
UPGRADE_OF_TABLE = Parts(
    fields=(
        Text("dial_apn", octets=None),
        Text("dial_user", octets=None),
        Text("dial_password", octets=None),
        Address("upgrade_address"),
        number("upgrade_port", U16),
        Text("terminal_maker_id", octets=4),
        Text("hardware_version", octets=5),
        Text("firmware_version", octets=5),
        Text("upgrade_url", octets=None),
        number("upgrade_limit_min", U16),
    ),
    separator=b";",
)
UPGRADE_OF_TEXT = Parts(
    fields=(
        Text("upgrade_url", octets=None),
        Text("dial_apn", octets=None),
        Text("dial_user", octets=None),
        Text("dial_password", octets=None),
        Address("upgrade_address"),
        number("upgrade_port", U16),
        Text("terminal_maker_id", octets=4),
        Text("hardware_version", octets=5),
        Text("firmware_version", octets=5),
        number("upgrade_limit_min", U16),
    ),
    separator=b";",
)
ALARM = Parts(
    fields=(
        number("level", U8, lowest=0.0, highest=3.0),
        Text("alarm_text", octets=None),
    ),
)

TERMINAL_CONTROL = Command(
    code=0x82,
    edition=Edition.Y2016,
    name="terminal_control",
    source="GB/T 32960.3-2016 附录B 车载终端控制",
    fields=(
        Moment("time"),
        # 0x08-0x7F are reserved, 0x80-0xFE user defined.
        number(
            "command",
            U8,
            lowest=1.0,
            highest=254.0,
            codes=False,
            named={
                1: "remote_upgrade",
                2: "shut_down",
                3: "reset",
                4: "factory_defaults",
                5: "drop_link",
                6: "terminal_alarm",
                7: "open_sampling_link",
            },
        ),
        # An upgrade carries binary parts, so a semicolon may stand inside a value.
        Octets(
            "parameter_hex",
            length=None,
            told_by="command",
            parts={1: (UPGRADE_OF_TABLE, UPGRADE_OF_TEXT), 6: (ALARM,)},
        ),
    ),
)
