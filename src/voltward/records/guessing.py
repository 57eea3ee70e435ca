"""The refusal of those who guess too often."""

from voltward.base.errors import Refused


class TooManyGuesses(Refused):
    """This login or address failed too often; waiting helps."""

    code = "too_many_guesses"
