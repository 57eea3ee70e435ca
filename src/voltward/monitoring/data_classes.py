"""The data class of every column of monitoring/; what is known of one vehicle leads to its owner."""

from voltward.monitoring.watch_classes import WATCH
from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL = DataClass.INTERNAL, DataClass.PERSONAL

DATA_CLASSES: Declared = {
    "Alarm": {
        PERSONAL: "vehicle state_then cell",
        INTERNAL: "id maker rule source level reported_level state opened_at received_at shown_at"
        " last_at cleared_at episodes_number is_late is_reissue first last worst limit owner"
        " claimed_at called_at snoozed_until merged_into verdict cause closed_by closed_at approval"
        " disposed_by_rule",
    },
    "Episode": {
        PERSONAL: "vehicle state_then cell",
        INTERNAL: "id maker alarm rule profile level reported_level opened_at received_at last_at"
        " cleared_at is_late first last worst limit stream position written_at",
    },
    "WaitingFinding": {PERSONAL: "vehicle_number body", INTERNAL: "id since"},
    "AlarmStep": {INTERNAL: "id maker alarm kind at person text facts"},
    **WATCH,
}
