"""Refusals: what Voltward says no to, each with a stable code that pages and API turn into words."""


class Refused(Exception):
    """Something was asked for that the rules do not allow; nothing was changed."""

    code = "refused"


class NotPermitted(Refused):
    """The actor lacks the grant."""

    code = "not_permitted"


class NotFound(Refused):
    """No such record, or another maker's; the two look the same."""

    code = "not_found"


class WrongState(Refused):
    """The step does not follow from the record's state."""

    code = "wrong_state"


class NothingRecorded(Refused):
    """A write ended without its audit row and was rolled back."""

    code = "nothing_recorded"


class BadInput(Refused):
    """Input that cannot be used; the text says where, what was found and what was expected."""

    code = "bad_input"


class BadSetting(Refused):
    """A setting that cannot be used; the text names it."""

    code = "bad_setting"


class WritesHeld(Refused):
    """Writes wait: ``seat_locked`` until the second factor is given, ``read_only`` for good."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
