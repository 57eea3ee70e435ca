"""Legal holds: what must not expire, whatever the policy says.

``JOURNAL/holds/NAME.json``, one a hold. A hold that cannot be read holds everything: better a full
disk than evidence that is gone.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voltward.base.errors import BadInput
from voltward.journal.files import Files, OsFiles
from voltward.journal.position import STREAM_PATTERN

FOLDER_NAME = "holds"
_SUFFIX = ".json"
_UNREADABLE = "this hold cannot be read, so it holds everything"


@dataclass(frozen=True, slots=True)
class Hold:
    """Keeps every segment that overlaps ``[from_ns, to_ns)``.

    ``streams`` and ``vins`` narrow it down where they are not empty: to those streams, to segments
    that hold a frame of one of those vehicles.
    """

    name: str
    reason: str
    from_ns: int = 0
    to_ns: int = (1 << 63) - 1
    streams: tuple[str, ...] = ()
    vins: tuple[str, ...] = ()

    def may_touch(self, stream: str, first_ns: int, last_ns: int) -> bool:
        """Whether the hold reaches a segment of that stream and time, vehicles aside."""
        if self.streams and stream not in self.streams:
            return False
        return first_ns < self.to_ns and last_ns >= self.from_ns


class Holds:
    """The holds of one journal folder."""

    def __init__(self, folder: Path | str, files: Files | None = None) -> None:
        self._parent = str(folder)
        self._folder = f"{folder}/{FOLDER_NAME}"
        self._files: Files = files or OsFiles()

    def place(self, hold: Hold) -> None:
        """Write the hold durably; one of the same name is replaced.

        Raises:
            BadInput: the name cannot be a file name.
        """
        if STREAM_PATTERN.fullmatch(hold.name) is None:
            raise BadInput(f"hold: found name {hold.name!r}, expected a-z 0-9 _ . - (at most 63)")
        self._files.make_folder(self._folder)
        self._files.sync_folder(self._parent)
        partial = f"{self._folder}/{hold.name}.partial"
        with suppress(FileNotFoundError):
            self._files.remove(partial)
        handle = self._files.open(partial, create=True)
        try:
            text = json.dumps(asdict(hold)).encode()
            self._files.write_at(handle, 0, np.frombuffer(text, np.uint8))
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        self._files.rename(partial, f"{self._folder}/{hold.name}{_SUFFIX}")
        self._files.sync_folder(self._folder)

    def lift(self, name: str) -> None:
        """Remove the hold; nothing happens if there is none."""
        with suppress(FileNotFoundError):
            self._files.remove(f"{self._folder}/{name}{_SUFFIX}")
            self._files.sync_folder(self._folder)

    def all(self) -> list[Hold]:
        """Every hold in force, by name. The reason of one that cannot be read says what is wrong.

        Raises:
            OSError: the folder cannot be listed, so that nobody knows what is held.
        """
        names = [n for n in self._files.names(self._folder) if n.endswith(_SUFFIX)]
        found = (self._read(name.removesuffix(_SUFFIX)) for name in names)
        return [hold for hold in found if hold is not None]

    def _read(self, name: str) -> Hold | None:
        """None: it was lifted meanwhile."""
        try:
            handle = self._files.open(f"{self._folder}/{name}{_SUFFIX}")
            try:
                text = self._files.read_at(handle, 0, self._files.size(handle)).tobytes()
            finally:
                self._files.close(handle)
            return _hold_of(name, json.loads(text))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, BadInput) as error:
            return Hold(name, f"{_UNREADABLE}: {error}")


def _hold_of(name: str, fields: Any) -> Hold:
    """
    Raises:
        BadInput: a field is missing or has another shape. A stream's name in place of a list would
            be a list of letters, and hold nothing.
    """
    if not isinstance(fields, dict):
        raise BadInput(f"found {type(fields).__name__}, expected an object")
    for key, kind in (("reason", str), ("from_ns", int), ("to_ns", int)):
        if type(fields.get(key)) is not kind:
            raise BadInput(f"{key}: found {_kind(fields.get(key))}, expected {kind.__name__}")
    for key in ("streams", "vins"):
        texts = fields.get(key)
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise BadInput(f"{key}: found {_kind(texts)}, expected a list of text")
    return Hold(
        name=name,
        reason=fields["reason"],
        from_ns=fields["from_ns"],
        to_ns=fields["to_ns"],
        streams=tuple(fields["streams"]),
        vins=tuple(fields["vins"]),
    )


def _kind(value: object) -> str:
    """The kind of a value, never the value: it may be a VIN, and the text goes to a log."""
    if isinstance(value, list):
        return f"a list of {', '.join(sorted({_kind(item) for item in value}))}"
    return "nothing" if value is None else type(value).__name__
