"""The records of exchange/."""

from voltward.exchange.models.security import SecurityEvent, SecurityStream
from voltward.exchange.models.terminal_keys import (
    KeyGeneration,
    SealAgreement,
    TerminalDataKey,
    TerminalKey,
)

__all__ = [
    "KeyGeneration",
    "SealAgreement",
    "SecurityEvent",
    "SecurityStream",
    "TerminalDataKey",
    "TerminalKey",
]
