"""The data class of every column of the watch queues; a VIN leads to its owner and counts as personal."""

from voltward.records.protection.classes import DataClass, Declared

PUBLIC, INTERNAL = DataClass.PUBLIC, DataClass.INTERNAL
PERSONAL, IMPORTANT = DataClass.PERSONAL, DataClass.IMPORTANT

WATCH: Declared = {
    "WatchCase": {
        PERSONAL: "vehicle usage_class owner closed_by verdict_text",
        # where vehicles stand together, and how many
        IMPORTANT: "cell vehicles_number place_contact",
        INTERNAL: "id maker queue model_name opened_at subject why measure now seen_at ended_at"
        " state recheck_on verdict closed_at previous",
    },
    "WatchCaseVehicle": {
        PERSONAL: "vehicle",
        IMPORTANT: "east_m north_m neighbours is_target parked_since",
        INTERNAL: "id maker case soc_pct collected_at joined_at left_at",
    },
    "ContactAttempt": {
        PERSONAL: "person note",
        INTERNAL: "id maker case at reached outcome written_at",
    },
    "WatchStep": {PERSONAL: "person text", INTERNAL: "id maker case kind at"},
    "VehicleHabit": {PERSONAL: "vehicle last_day days gap_d", INTERNAL: "id maker"},
    "WatchLimit": {
        PUBLIC: "code title_zh title_en value unit source confidence",
        INTERNAL: "id maker battery_type revision order lowest highest effective_from proposed_by"
        " approved_by approved_at",
    },
}
