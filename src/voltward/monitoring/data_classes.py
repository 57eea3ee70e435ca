"""The data class of every column of monitoring/."""

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT
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
DATA_CLASSES: Declared = {**DUTY}
