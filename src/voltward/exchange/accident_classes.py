"""The data class of the columns of accident data; a VIN leads to its owner."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL = DataClass.INTERNAL, DataClass.PERSONAL

ACCIDENTS: Declared = {
    "AccidentPackage": {
        PERSONAL: "vehicle moment alarm reason asked_by report_asked_by report_reason",
        INTERNAL: "id maker source asked_at state seconds looked_at report_asked_at is_told",
    },
    "AccidentVersion": {
        PERSONAL: "package",
        INTERNAL: "id maker number made_at begins_at ends_at frames reissued unreadable missing"
        " size_bytes sha256 manifest_sha256 frames_sha256",
    },
}
