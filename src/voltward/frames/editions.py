"""Both editions side by side: start bytes, header codes, commands and information types."""

from voltward.frames import gbt45688, y2016, y2025
from voltward.frames.grammar import Command, Edition, InfoType
from voltward.frames.y2016 import commands as commands_2016
from voltward.frames.y2025 import commands as commands_2025

START = {Edition.Y2016: b"##", Edition.Y2025: b"$$"}
EDITION_OF = {start: edition for edition, start in START.items()}

COMMANDS: dict[Edition, dict[int, Command]] = {
    Edition.Y2016: {
        command.code: command
        for command in (*commands_2016.COMMANDS, *gbt45688.commands(Edition.Y2016))
    },
    Edition.Y2025: {
        command.code: command
        for command in (*commands_2025.COMMANDS, *gbt45688.commands(Edition.Y2025))
    },
}

INFO_TYPES: dict[Edition, dict[int, InfoType]] = {
    Edition.Y2016: {
        **{kind.code: kind for kind in y2016.TYPES},
        **dict.fromkeys(y2016.CUSTOM_CODES, y2016.CUSTOM_TYPE),
    },
    Edition.Y2025: {
        **{kind.code: kind for kind in y2025.TYPES},
        **dict.fromkeys(y2025.CUSTOM_CODES, y2025.CUSTOM_TYPE),
    },
}

# Clause 6.3.2. A frame whose flag is not COMMAND is an answer and is never answered.
COMMAND = 0xFE
ANSWERS: dict[Edition, dict[int, str]] = {
    Edition.Y2016: {
        0x01: "ok",
        0x02: "error",
        0x03: "vin_duplicate",
        COMMAND: "command",
    },
    Edition.Y2025: {
        0x01: "ok",
        0x02: "error",
        0x03: "vin_duplicate",
        0x04: "vin_unknown",
        0x05: "signature_error",
        0x06: "structure_error",
        0x07: "decrypt_error",
        COMMAND: "command",
    },
}

# Clause 6.3.4, header byte 21.
PLAIN = 0x01
ENCRYPTIONS: dict[Edition, dict[int, str]] = {
    Edition.Y2016: {1: "none", 2: "rsa", 3: "aes", 0xFE: "abnormal", 0xFF: "invalid"},
    Edition.Y2025: {
        1: "none",
        2: "rsa",
        3: "aes",
        4: "sm2",
        5: "sm4",
        0xFE: "abnormal",
        0xFF: "invalid",
    },
}


def answer_name(edition: Edition, flag: int) -> str:
    """The word for a response flag; a flag of the other edition is read leniently."""
    return _lenient(ANSWERS, edition, flag)


def encryption_name(edition: Edition, code: int) -> str:
    """The word for an encryption code; a code of the other edition is read leniently."""
    return _lenient(ENCRYPTIONS, edition, code)


def _lenient(tables: dict[Edition, dict[int, str]], edition: Edition, code: int) -> str:
    if code in tables[edition]:
        return tables[edition][code]
    return next((table[code] for table in tables.values() if code in table), "unknown")
