"""The data class of the columns of reports and feedback; a VIN leads to its owner."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL = DataClass.INTERNAL, DataClass.PERSONAL

REPORTS: Declared = {
    "ReportLook": {
        PERSONAL: "vehicle",
        INTERNAL: "id maker alarm rule moment judged happened handled",
    },
    "ReportDue": {
        PERSONAL: "vehicle body",
        INTERNAL: "id maker platform command moment correction alarm repeats state made_at handed_at"
        " sent_at answered_at flag tries",
    },
    "FeedbackReceived": {
        PERSONAL: "vehicle vin body owner closed_by",
        INTERNAL: "id maker platform moment received_at state verdict text closed_at",
    },
}
