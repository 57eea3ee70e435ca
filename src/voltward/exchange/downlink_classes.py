"""The data class of the columns of commands to vehicles; a VIN leads to its owner."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT

DOWNLINK: Declared = {
    "DownlinkCommand": {
        PERSONAL: "vehicle alarm case",
        IMPORTANT: "body sealed answer",
        INTERNAL: "id maker kind control edition reason state asked_by asked_at approval approved_by"
        " approved_at valid_until attempt sent_attempt stamp sent_at last_sent_at gateway flag answered_at"
        " ended_at",
    },
    "DownlinkStream": {INTERNAL: "id stream position"},
}
