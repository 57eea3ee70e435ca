"""What can go wrong with the journal, each with a stable code."""


class JournalError(Exception):
    """Base of every journal fault."""

    code = "journal_error"


class JournalFull(JournalError):
    """No space for the next commit, or only the reserve is left. Nothing pending was made durable.

    The disk may be tried again with ``recover()`` after space has returned.
    """

    code = "journal_full"


class JournalBroken(JournalError):
    """A write or sync failed; what is pending is not durable. ``recover()`` may bring it back."""

    code = "journal_broken"


class JournalDamaged(JournalError):
    """Stored bytes do not match their checksum; the text names the position."""

    code = "journal_damaged"


class JournalLocked(JournalError):
    """Another process already writes this stream."""

    code = "journal_locked"


class NoSuchRecord(JournalError):
    """No record starts at the position, or its segment has expired."""

    code = "no_such_record"


class KeyMissing(JournalError):
    """A sealed segment needs an encryption key that was not given; the text names its id."""

    code = "journal_key_missing"
