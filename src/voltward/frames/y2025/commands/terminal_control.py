"""车载终端控制 (terminal control), command 0x82 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, Command, Edition, Moment, Octets, number

TERMINAL_CONTROL = Command(
    code=0x82,
    edition=Edition.Y2025,
    name="terminal_control",
    source="GB/T 32960.3-2025 附录B 车载终端控制",
    fields=(
        Moment("time"),
        # 1 upgrade, 2 shut down, 3 reset, 4 factory defaults, 5 drop the data link, 6 alarm,
        # 7 open the sampling link; 0x80-0xFE user defined.
        number("command", U8, lowest=1.0, highest=254.0, codes=False),
        # An upgrade carries binary parts, so a semicolon may stand inside a value.
        Octets("parameter_hex", length=None),
    ),
)
