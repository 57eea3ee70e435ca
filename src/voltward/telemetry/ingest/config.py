"""What a processor needs to know; read from the settings in ``entry/`` and handed in as values."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from voltward.base.errors import BadInput
from voltward.journal.keys import KeyRing

# Of streams that hold no frames of vehicles: what was set aside, what was found, what became of
# uploads, what the quality of days came to, who tried to speak for another.
_OWN = ("quarantine-", "findings-", "proof-", "quality-", "security-")


def holds_frames(stream: str) -> bool:
    """Whether a stream is a gateway's: frames of vehicles lie in no other."""
    return not stream.startswith(_OWN)


@dataclass(frozen=True, slots=True)
class ProcessorConfig:
    """One processor. Several may share a journal when their ``streams`` do not overlap."""

    journal: Path
    folder: Path  # of all processors' durable states: DATA/processor
    vehicle_key: bytes = field(repr=False)
    name: str = "main"  # file names and the quarantine stream carry it
    streams: tuple[str, ...] = ("*",)  # shell patterns of stream names
    rows: int = 50_000  # most frames in one insert
    wait_ms: float = 250.0  # longest wait for more frames before an insert
    journal_keys: KeyRing = field(default_factory=KeyRing)
    status_file: Path | None = None  # DATA/run/processor-<name>.json
    metrics_port: int | None = None  # 0 takes a free one, None serves none

    def __post_init__(self) -> None:
        """
        Raises:
            BadInput: a name that is no plain file name, or limits that let nothing through.
        """
        if not self.name.replace("-", "").isalnum() or not self.name.isascii():
            raise BadInput(f"processor name: found {self.name!r}, expected letters, digits and -")
        if self.rows < 1 or self.wait_ms < 0:
            raise BadInput(f"processor: rows {self.rows} and wait {self.wait_ms} ms, expected > 0")

    def follows(self, stream: str) -> bool:
        """True when this processor takes the frames of ``stream``."""
        if not holds_frames(stream):
            return False
        return any(fnmatchcase(stream, pattern) for pattern in self.streams)

    @property
    def state_file(self) -> Path:
        return self.folder / f"{self.name}.state"

    @property
    def rebuild_file(self) -> Path:
        return self.folder / "rebuild.json"

    @property
    def lock_file(self) -> Path:
        return self.folder / f"{self.name}.lock"

    @property
    def quarantine_stream(self) -> str:
        return f"quarantine-{self.name}"
