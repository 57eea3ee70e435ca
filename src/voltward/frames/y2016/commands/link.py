"""心跳 and 终端校时 (heartbeat and time synchronisation), 0x07 and 0x08 of GB/T 32960.3-2016."""

from voltward.frames.grammar import Command, Edition

# Both are empty; the answer to 0x08 carries the platform's time.
HEARTBEAT = Command(
    code=0x07,
    edition=Edition.Y2016,
    name="heartbeat",
    source="GB/T 32960.3-2016 附录B 心跳",
    fields=(),
)

TIME_SYNC = Command(
    code=0x08,
    edition=Edition.Y2016,
    name="time_sync",
    source="GB/T 32960.3-2016 附录B 终端校时",
    fields=(),
)
