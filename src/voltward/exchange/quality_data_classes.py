"""The data class of every column of data quality; a VIN leads to its owner and counts as personal."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

PUBLIC, INTERNAL = DataClass.PUBLIC, DataClass.INTERNAL
PERSONAL = DataClass.PERSONAL

QUALITY: Declared = {
    "QualityDay": {
        # when a vehicle sent and how far it drove tells of its driver
        PERSONAL: "vehicle begin_s end_s driving_s track_m path_m wheel_m errors",
        INTERNAL: "id maker model_name day received_on rows reissued realtime expected missing lost"
        " gap_s delay_ms delays errors_number taken_at",
    },
    "QualityWaiting": {PERSONAL: "vehicle_number body", INTERNAL: "id day received"},
    "QualityModelDay": {
        INTERNAL: "id maker model_name day vehicles failed rows reissued realtime owed missing"
        " driving_s gap_s delay_ms delays",
    },
    "QualityModelError": {INTERNAL: "id maker model_name day code count vehicles"},
    "QualityLimit": {
        PUBLIC: "code title_zh title_en value unit source confidence",
        INTERNAL: "id maker revision order lowest highest effective_from proposed_by approved_by"
        " approved_at",
    },
    "QualityCase": {
        PERSONAL: "opened_by owner fixed_by closed_by",
        INTERNAL: "id maker model_name code opened_at why state cause fix fixed_on measured"
        " closed_at previous",
    },
    "QualityStep": {PERSONAL: "person text", INTERNAL: "id maker case kind at"},
}
