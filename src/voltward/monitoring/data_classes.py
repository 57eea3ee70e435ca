"""The data class of every column of monitoring/: a number of alarms and limits belongs to the maker."""

from voltward.records.protection.classes import DataClass, Declared

INTERNAL = DataClass.INTERNAL

DATA_CLASSES: Declared = {
    "FaultCode": {INTERNAL: "id maker kind code text_zh text_en level"},
    "LimitSet": {INTERNAL: "id maker scope chemistry battery_type vehicle_model"},
    "LimitRevision": {
        INTERNAL: "id maker limit_set number state values note profile base takes_back wished_from"
        " effective_from drafted_by drafted_at proposed_by approval approved_by approved_at"
    },
    "LimitTrial": {
        INTERNAL: "id maker revision values begins_at ends_at state most_vehicles vehicles_total"
        " vehicles_done"
        " rows_judged result failure tries asked_by asked_at done_at"
    },
    "LimitGeneration": {INTERNAL: "id generation"},
}
