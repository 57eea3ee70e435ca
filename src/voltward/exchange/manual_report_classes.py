"""The data class of the columns of manual reports; a vehicle leads to its owner."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL = DataClass.INTERNAL, DataClass.PERSONAL

MANUAL_REPORTS: Declared = {
    "ManualReport": {
        PERSONAL: "vehicle number addressee recorded_by closed_by",
        INTERNAL: "id maker platform alarm report begins_at ends_at told_at opened_at state way"
        " reported_at receipt text recorded_at closed_at",
    },
}
