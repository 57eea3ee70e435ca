"""The journal's housekeeping: seal what is finished, expire what may go. Any process may run it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from voltward.base.clock import Clock, SystemClock
from voltward.journal.errors import JournalError, JournalLocked
from voltward.journal.expiry import (
    ExpiryPolicy,
    expire_segment,
    reason_it_is_wanted,
    reason_to_keep,
)
from voltward.journal.files import Files, OsFiles
from voltward.journal.format import index_name, log_name, sealed_name, segments_in
from voltward.journal.keys import KeyRing
from voltward.journal.marker import read_word
from voltward.journal.sealed import SealedSegment
from voltward.journal.sealing import PARTIAL, Sealed, rebuild_index, remove_log, seal_segment

LOCK_NAME = "keeper.lock"
Asked = Callable[[], ExpiryPolicy]


@dataclass
class Kept:
    """What one round did. ``stays``: segment to the reason why it did not expire.

    ``faults``: what could not be done this time, in words.
    """

    stream: str
    sealed: list[Sealed] = field(default_factory=list)
    expired: list[int] = field(default_factory=list)
    stays: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Keeper:
    """Keeps one stream; at most one keeper works on it at a time."""

    def __init__(
        self,
        folder: Path | str,
        stream: str,
        keys: KeyRing | None = None,
        files: Files | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._journal = str(folder)
        self._stream = stream
        self._folder = f"{folder}/{stream}"
        self._keys = keys or KeyRing()
        self._files: Files = files or OsFiles()
        self._clock: Clock = clock or SystemClock()

    def keep(self, policy: ExpiryPolicy | Asked | None = None, most: int = 1 << 30) -> Kept:
        """One round: seal at most ``most`` finished segments; expire by ``policy`` (None: nothing).

        A policy that may change is handed in as a question: sealing and reading the archive take
        minutes, so it is asked after the first, and again just before each segment goes.
        A segment that cannot be sealed or judged is reported and stays.

        Raises:
            JournalLocked: another keeper is at work.
        """
        try:
            lock = self._files.lock(f"{self._folder}/{LOCK_NAME}")
        except BlockingIOError:
            raise JournalLocked(f"{self._folder}: another keeper is at work") from None
        kept = Kept(self._stream)
        try:
            self._clear_away()
            for number, name in self._finished():
                if name.endswith(".log") and len(kept.sealed) < most:
                    self._seal(kept, number)
            self._rebuild_indexes(kept)
            if policy is not None:
                first = policy if isinstance(policy, ExpiryPolicy) else policy()
                for number, name in self._finished():
                    if name.endswith(".sealed"):
                        self._expire(kept, number, first, policy)
        finally:
            with suppress(OSError):
                self._files.close(lock)
        return kept

    def _finished(self) -> list[tuple[int, str]]:
        """Segments behind which the stream has already gone on, ascending."""
        committed = read_word(self._files, self._folder, self._stream)
        segments = segments_in(self._files.names(self._folder))
        return [s for s in segments.items() if committed is not None and s[0] < committed.segment]

    def _clear_away(self) -> None:
        """Remove what interrupted rounds left half done."""
        names = self._files.names(self._folder)
        for name in names:
            if name.endswith((f".sealed{PARTIAL}", f".index{PARTIAL}")):
                self._files.remove(f"{self._folder}/{name}")
        for number, name in self._finished():
            if name.endswith(".log") and sealed_name(number) in names:
                # A sealed file gets its name only after it was read back: the log may go.
                self._files.sync_folder(self._folder)
                remove_log(self._files, self._folder, number)

    def _seal(self, kept: Kept, number: int) -> None:
        try:
            sealed = seal_segment(
                self._files, self._folder, number, self._keys, self._clock.now_ns()
            )
        except (OSError, JournalError) as error:
            kept.faults.append(f"{self._folder}/{log_name(number)}: {error}")
            return
        if sealed is None:
            kept.faults.append(f"{self._folder}/{log_name(number)}: its header is lost")
        else:
            kept.sealed.append(sealed)

    def _rebuild_indexes(self, kept: Kept) -> None:
        names = self._files.names(self._folder)
        for number, name in segments_in(names).items():
            if name.endswith(".sealed") and index_name(number) not in names:
                try:
                    rebuild_index(self._files, self._folder, number, self._keys)
                except (OSError, JournalError) as error:
                    kept.faults.append(f"{self._folder}/{index_name(number)}: {error}")

    def _expire(
        self, kept: Kept, number: int, first: ExpiryPolicy, policy: ExpiryPolicy | Asked
    ) -> None:
        try:
            segment = SealedSegment(
                self._files, f"{self._folder}/{sealed_name(number)}", self._keys
            )
            try:
                reason = self._reason_to_keep(segment, first, policy)
            finally:
                segment.close()
            if reason:
                kept.stays[number] = reason
                return
            expire_segment(self._files, self._folder, number)
        except (OSError, JournalError) as error:
            kept.faults.append(f"{self._folder}/{sealed_name(number)}: {error}")
            return
        kept.expired.append(number)

    def _reason_to_keep(
        self, segment: SealedSegment, first: ExpiryPolicy, policy: ExpiryPolicy | Asked
    ) -> str:
        now_ns = self._clock.now_ns()
        reason = reason_to_keep(self._files, self._journal, segment, first, self._keys, now_ns)
        if reason or isinstance(policy, ExpiryPolicy):
            return reason
        return reason_it_is_wanted(self._files, self._journal, segment, policy(), self._keys)
