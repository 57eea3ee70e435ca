"""参数查询 and 参数设置 (parameter query and set), 0x80 and 0x81 of GB/T 32960.3-2025."""

from voltward.frames.grammar import (
    U8,
    U16,
    Command,
    Edition,
    Moment,
    Number,
    ParameterIds,
    Parameters,
    Text,
    count,
    number,
)

# 0x07 and 0x08 are read-only. Other ids (0x11-0x7F reserved, 0x80-0xFE user) have no length.
PARAMETER_TABLE: dict[int, Number | Text] = {
    0x01: number("storage_period_s", U16, per_unit=1000, lowest=0.0, highest=60.0),
    0x02: number("report_period_s", U8, lowest=1.0, highest=30.0),
    0x03: number("alarm_report_period_s", U8, lowest=0.0, highest=1.0),
    0x04: number("platform_domain_length", U8),
    0x05: Text("platform_domain", octets="platform_domain_length"),
    0x06: number("platform_port", U16, lowest=0.0, highest=65_531.0),
    0x07: Text("hardware_version", octets=5),
    0x08: Text("firmware_version", octets=5),
    0x09: number("heartbeat_period_s", U8, lowest=1.0, highest=240.0),
    0x0A: number("terminal_response_timeout_s", U16, lowest=1.0, highest=600.0),
    0x0B: number("platform_response_timeout_s", U16, lowest=1.0, highest=600.0),
    0x0C: number("login_retry_wait_min", U8, lowest=1.0, highest=240.0),
    0x0D: number("public_platform_domain_length", U8),
    0x0E: Text("public_platform_domain", octets="public_platform_domain_length"),
    0x0F: number("public_platform_port", U16, lowest=0.0, highest=65_531.0),
    0x10: number("sampling_active", U8, lowest=1.0, highest=2.0, named={1: "yes", 2: "no"}),
}

PARAMETER_QUERY = Command(
    code=0x80,
    edition=Edition.Y2025,
    name="param_query",
    source="GB/T 32960.3-2025 附录B 参数查询",
    fields=(
        Moment("time"),
        count("count", U8, lowest=0, highest=252),
        ParameterIds("ids", count="count"),
    ),
    answer=(
        Moment("time"),
        count("count", U8, lowest=0, highest=252),
        Parameters("params", count="count", table=PARAMETER_TABLE),
    ),
)

# One bad value rejects the whole set.
PARAMETER_SET = Command(
    code=0x81,
    edition=Edition.Y2025,
    name="param_set",
    source="GB/T 32960.3-2025 附录B 参数设置",
    fields=(
        Moment("time"),
        count("count", U8, lowest=0, highest=252),
        Parameters("params", count="count", table=PARAMETER_TABLE),
    ),
)
