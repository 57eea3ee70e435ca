"""GB/T 45688-2025: the reserved commands of Appendix B, carried by frames of either edition."""

from voltward.frames.gbt45688.accident import ACCIDENT
from voltward.frames.gbt45688.extension import EXTENSION, EXTENSION_NAME, EXTENSION_SOURCE
from voltward.frames.gbt45688.handling import HANDLING
from voltward.frames.gbt45688.results import FAULT_RESULT, HAZARD_FEEDBACK, HAZARD_RESULT
from voltward.frames.grammar import U16, Command, Edition, InfoType


def commands(edition: Edition) -> tuple[Command, ...]:
    """The five commands in frames of ``edition``; their bodies are the same in both."""
    return (
        Command(0x10, edition, "fault_result", "GB/T 45688-2025 表B.2", FAULT_RESULT),
        Command(0x11, edition, "hazard_result", "GB/T 45688-2025 表B.3", HAZARD_RESULT),
        Command(0x12, edition, "handling", "GB/T 45688-2025 表B.4", HANDLING),
        Command(0x13, edition, "accident", "GB/T 45688-2025 表B.5", ACCIDENT),
        Command(0x90, edition, "hazard_feedback", "GB/T 45688-2025 表B.7", HAZARD_FEEDBACK),
    )


def extension_type(code: int, edition: Edition) -> InfoType:
    """The extension data as the custom information type ``code`` (0x80-0xFE) of ``edition``."""
    return InfoType(code, edition, EXTENSION_NAME, EXTENSION_SOURCE, EXTENSION, counted=U16)
