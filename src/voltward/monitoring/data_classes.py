"""The data class of every column of monitoring/; what is known of one vehicle leads to its owner."""

from voltward.monitoring.desk_classes import DESK
from voltward.monitoring.watch_classes import WATCH
from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT

ALARMS: Declared = {
    "Alarm": {
        PERSONAL: "vehicle state_then cell",
        INTERNAL: "id maker rule source level reported_level state opened_at received_at shown_at"
        " last_at cleared_at episodes_number is_late is_reissue first last worst limit owner"
        " claimed_at called_at snoozed_until merged_into verdict cause closed_by closed_at approval"
        " disposed_by_rule change changed_in urgency",
    },
    "Episode": {
        PERSONAL: "vehicle state_then cell",
        INTERNAL: "id maker alarm rule profile level reported_level opened_at received_at last_at"
        " cleared_at is_late first last worst limit stream position written_at",
    },
    "WaitingFinding": {PERSONAL: "vehicle_number body", INTERNAL: "id since"},
    "AlarmStep": {INTERNAL: "id maker alarm kind at person text facts"},
    "FaultCode": {INTERNAL: "id maker kind code text_zh text_en level"},
    "LimitSet": {INTERNAL: "id maker scope chemistry battery_type vehicle_model"},
    "LimitRevision": {
        INTERNAL: "id maker limit_set number state values note profile base takes_back wished_from"
        " effective_from drafted_by drafted_at proposed_by approval approved_by approved_at"
    },
    "LimitTrial": {
        INTERNAL: "id maker revision values begins_at ends_at state most_vehicles vehicles_total"
        " vehicles_done rows_judged result failure tries asked_by asked_at done_at"
    },
    "LimitGeneration": {INTERNAL: "id generation"},
}
DUTY: Declared = {
    "ShiftPattern": {INTERNAL: "id maker name starts ends people_needed closed_at"},
    "Shift": {
        INTERNAL: "id maker pattern name begins_at ends_at people_needed made_by made_at",
        # whoever reads it knows when the presence checks come
        IMPORTANT: "seed",
    },
    "ShiftPerson": {INTERNAL: "id maker shift person since"},
    "ShiftSwap": {INTERNAL: "id maker shift giver taker reason state asked_at decided_at"},
    "PresenceCheck": {
        INTERNAL: "id maker shift person rule planned_at asked_at answer_by answered_at escalated_at"
        " state"
    },
    # the open items name vehicles, and a VIN leads to its owner
    "HandOver": {
        PERSONAL: "items note",
        INTERNAL: "id maker shift given_by given_at taken_by taken_at taker_note",
    },
    "PhoneTreeVersion": {INTERNAL: "id maker number change made_by made_at"},
    "PhoneEntry": {
        PERSONAL: "personal_number",
        INTERNAL: "id maker topic position name number hours since until sealed_id",
    },
}
DATA_CLASSES: Declared = {**ALARMS, **DESK, **DUTY, **WATCH}
