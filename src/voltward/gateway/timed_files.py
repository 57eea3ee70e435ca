"""The operating system's files, with each fdatasync timed."""

import time
from collections.abc import Callable

from voltward.journal.files import OsFiles


class TimedFiles(OsFiles):
    """``observe`` is told the seconds of every sync of content, from the committer's thread."""

    observe: Callable[[float], None] | None = None

    def sync_data(self, handle: int) -> None:
        begun = time.perf_counter()
        super().sync_data(handle)
        if self.observe is not None:
            self.observe(time.perf_counter() - begun)
