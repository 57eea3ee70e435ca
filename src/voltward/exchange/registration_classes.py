"""The data class of the columns of static registration; a VIN leads to its owner."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL = DataClass.INTERNAL, DataClass.PERSONAL

REGISTRATIONS: Declared = {
    "StaticRegistration": {
        PERSONAL: "vehicle registered registered_by",
        INTERNAL: "id maker platform state missing digest registered_digest registered_on note",
    },
}
