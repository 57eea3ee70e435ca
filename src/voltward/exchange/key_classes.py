"""The data class of the columns of keys and security events; a VIN leads to its owner."""

from __future__ import annotations

from voltward.records.protection.classes import DataClass, Declared

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT

KEYS: Declared = {
    "TerminalKey": {
        PERSONAL: "vehicle",
        IMPORTANT: "chip_id algorithm public_key fingerprint",
        INTERNAL: "id maker state source valid_from valid_until known_at activated_at revoked_at"
        " approval",
    },
    "TerminalDataKey": {
        PERSONAL: "vehicle",
        IMPORTANT: "sealed",
        INTERNAL: "id maker kind since until received_at",
    },
    "KeyGeneration": {INTERNAL: "id generation"},
    "SealAgreement": {
        IMPORTANT: "mode padding vector sm2 rsa wrap logins_signed",
        INTERNAL: "id maker effective_from source state proposed_by proposed_at approved_by approval",
    },
    "SecurityEvent": {
        PERSONAL: "vehicle vin peer details",
        INTERNAL: "id maker kind hour first_at last_at count stream",
    },
    "SecurityStream": {INTERNAL: "id stream position"},
}
