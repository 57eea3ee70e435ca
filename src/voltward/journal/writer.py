"""The one writer of a stream: append, then one write and one sync for all that waits."""

import errno
import threading
from contextlib import suppress
from pathlib import Path

from voltward.base.clock import Clock, SystemClock
from voltward.journal.errors import JournalBroken, JournalError, JournalFull, JournalLocked
from voltward.journal.files import Files, OsFiles
from voltward.journal.format import HEADER_BYTES, log_name
from voltward.journal.live import LiveSegment
from voltward.journal.marker import CommittedWord
from voltward.journal.options import JournalOptions as JournalOptions
from voltward.journal.options import State as State
from voltward.journal.pending import Pending
from voltward.journal.position import Position, checked_stream
from voltward.journal.recovery import Recovery, recover_stream
from voltward.journal.types import Bytes, Links, Numbers, ReadOnlyBytes

LOCK_NAME = "lock"
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


class JournalWriter:
    """Appends to one stream. Opening recovers it.

    ``append_many`` may be called while another thread is in ``commit``; all other calls exclude
    one another. ``commit`` spends its time outside the interpreter's lock.

    Raises (on opening):
        JournalLocked: another writer has the stream.
        JournalFull, JournalBroken: recovery could not finish; try again later.
    """

    def __init__(
        self,
        folder: Path | str,
        stream: str,
        options: JournalOptions | None = None,
        files: Files | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.stream = checked_stream(stream)
        self.folder = f"{folder}/{stream}"
        self._options = options or JournalOptions()
        self._files: Files = files or OsFiles()
        self._clock: Clock = clock or SystemClock()
        self._mutex = threading.Lock()
        self._pending = Pending()
        self._word: CommittedWord | None = None
        self._lock = -1
        self._live: LiveSegment | None = None
        self._same_segment = True
        self._stillborn: int | None = None
        self._state, self._fault = State.BROKEN, ""
        try:
            self._take_lock(str(folder))
            self.recovery = recover_stream(self._files, self.folder, stream, self._clock)
            self._begin(self.recovery)
        except OSError as error:
            self._let_go()
            raise self._failed(error) from error
        except BaseException:
            self._let_go()
            raise

    @property
    def state(self) -> State:
        return self._state

    @property
    def fault(self) -> str:
        """What went wrong, in words; empty while serving."""
        return self._fault

    @property
    def pending_bytes(self) -> int:
        """Bytes appended but not yet durable."""
        return self._pending.size

    @property
    def end(self) -> Position:
        """Everything before this is durable."""
        return Position(self.stream, self._open.header.segment, self._open.end)

    def append_many(
        self,
        buffer: ReadOnlyBytes,
        offsets: Numbers,
        kinds: ReadOnlyBytes,
        links: Links,
        received_ns: Numbers,
    ) -> None:
        """Take m records over into memory; nothing is durable before ``commit``.

        ``buffer`` (u1): payloads, record i is ``buffer[offsets[i]:offsets[i + 1]]``; ``offsets``
        (m+1,) i8; ``kinds`` (m,) u1, never 0; ``links`` (m,) u4; ``received_ns`` (m,) i8 Unix time.

        Raises:
            ValueError: the columns do not fit one another; nothing was taken over.
        """
        self._pending.append(buffer, offsets, kinds, links, received_ns)

    def commit(self) -> Position:
        """One write and one fdatasync for everything appended so far; returns the new end.

        Raises:
            JournalFull, JournalBroken: nothing pending may be answered. It stays pending, and
                every further commit raises at once until ``recover()`` has succeeded.
        """
        with self._mutex:
            self._refuse_unless_serving()
            batch = self._pending.take()
            if self._due(batch.size):
                self._next_segment()
            if batch.size:
                self._bring_to_disk(batch)
            return self.end

    def recover(self) -> None:
        """Try to serve again on fresh descriptors; what was pending still is.

        Raises:
            JournalFull, JournalBroken: not yet.
        """
        with self._mutex:
            if self._state is State.SERVING:
                return
            if self._state is State.CLOSED:
                self._refuse_unless_serving()
            try:
                self._clear_away_stillborn()
                self._check_reserve(self._pending.size)
                if self._same_segment:
                    self._same_segment = False  # a cut that fails is not tried again either
                    self._open.cut_on_fresh_descriptor()
                else:
                    self._start(self._open.header.segment + 1)
                self._publish()
            except OSError as error:
                raise self._failed(error) from error
            self._state, self._fault, self._same_segment = State.SERVING, "", True

    def seal(self) -> None:
        """Finish the current segment and begin the next, so that it can be compressed.

        Raises:
            JournalFull, JournalBroken: as ``commit``.
        """
        with self._mutex:
            self._refuse_unless_serving()
            if self._open.end > HEADER_BYTES:
                self._next_segment()

    def close(self) -> None:
        """Give the stream back. What was appended and not committed is gone."""
        with self._mutex:
            if self._state is State.SERVING and self._word is not None:
                with suppress(OSError):
                    self._word.sync()
            self._let_go()
            self._state = State.CLOSED

    def __enter__(self) -> "JournalWriter":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Below, the caller holds the mutex.

    @property
    def _open(self) -> LiveSegment:
        if self._live is None:
            raise JournalBroken(f"{self.folder}: closed")
        return self._live

    def _take_lock(self, folder: str) -> None:
        self._files.make_folder(self.folder)
        self._files.sync_folder(folder)
        self._files.sync_folder(str(Path(folder).parent))  # the journal's own name may be new too
        try:
            self._lock = self._files.lock(f"{self.folder}/{LOCK_NAME}")
        except BlockingIOError:
            raise JournalLocked(f"{self.folder}: another process writes this stream") from None

    def _begin(self, found: Recovery) -> None:
        if found.live is not None:
            self._live = LiveSegment.open(self._files, self.folder, found.live, found.end)
        else:
            self._start(found.next_segment, found.previous, found.previous_end)
        self._publish()
        self._state = State.SERVING

    def _start(
        self, segment: int, previous: int | None = None, previous_end: int | None = None
    ) -> None:
        """Go on in a new segment; the one before ends where its durable records do."""
        before = self._live
        if before is not None:
            previous, previous_end = before.header.segment, before.end
        self._stillborn = segment
        now_ns = self._clock.now_ns()
        self._live = LiveSegment.create(
            self._files, self.folder, self.stream, segment, now_ns, previous, previous_end or 0
        )
        self._stillborn = None
        if before is not None:
            before.close()

    def _clear_away_stillborn(self) -> None:
        """Remove a segment whose creation failed, before its number is used again."""
        if self._stillborn is not None:
            with suppress(FileNotFoundError):
                self._files.remove(f"{self.folder}/{log_name(self._stillborn)}")
            self._files.sync_folder(self.folder)
            self._stillborn = None

    def _publish(self) -> None:
        """Tell the readers how far they may read."""
        if self._word is None:
            self._word = CommittedWord(self._files, self.folder)
        self._word.write(self.end.number)

    def _due(self, more: int) -> bool:
        live, options = self._open, self._options
        age_s = (self._clock.now_ns() - live.header.created_ns) / 1e9
        full = live.end + more > options.segment_bytes
        return live.end > HEADER_BYTES and (full or age_s >= options.segment_age_s)

    def _next_segment(self) -> None:
        try:
            self._check_reserve(HEADER_BYTES)
            self._start(self._open.header.segment + 1)
            self._publish()
            if self._word is not None:
                self._word.sync()
        except OSError as error:
            raise self._failed(error) from error

    def _bring_to_disk(self, batch: Bytes) -> None:
        live = self._open
        try:
            self._check_reserve(batch.size)
            live.write(batch)
            # From here on a failure leaves pages that no later sync can vouch for.
            self._same_segment = False
            live.sync()
            self._same_segment = True
        except OSError as error:
            raise self._failed(error) from error
        live.end += batch.size
        self._pending.done()
        try:
            self._publish()
        except OSError as error:
            raise self._failed(error) from error

    def _check_reserve(self, more: int) -> None:
        free, total = self._files.space_bytes(self.folder)
        if free - more < total * self._options.reserve_share:
            text = f"{free >> 20} MiB free, {more} bytes to write"
            raise OSError(errno.ENOSPC, f"only the reserve of the disk is left: {text}")

    def _failed(self, error: OSError) -> JournalError:
        """Stop serving; the error to raise."""
        full = error.errno in _NO_SPACE
        self._state = State.FULL if full else State.BROKEN
        self._fault = f"{self.folder}: {error.strerror or error}"
        if self._word is not None:
            with suppress(OSError):
                self._word.close()
            self._word = None
        return (JournalFull if full else JournalBroken)(self._fault)

    def _refuse_unless_serving(self) -> None:
        if self._state is State.CLOSED:
            raise JournalBroken(f"{self.folder}: closed")
        if self._state is not State.SERVING:
            raise (JournalFull if self._state is State.FULL else JournalBroken)(self._fault)

    def _let_go(self) -> None:
        if self._live is not None:
            self._live.close()
        if self._word is not None:
            with suppress(OSError):
                self._word.close()
        if self._lock >= 0:
            with suppress(OSError):
                self._files.close(self._lock)
        self._live, self._word, self._lock = None, None, -1
