"""Time-based one-time codes (RFC 6238), each good for one use, in whichever process it is given."""

from __future__ import annotations

import hmac

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value

from voltward.records.sessions import now

PERIOD_S = 30
DRIFT_PERIODS = 1  # RFC 6238 5.2: at most one period of delay either way


def new_secret() -> str:
    """160 random bits in base 32."""
    return str(generate_totp_secret())


def code_at(secret: str, period: int) -> str:
    return str(format_hotp_value(hotp_value(secret, period)))


def present_period() -> int:
    return int(now().timestamp()) // PERIOD_S


def period_of(secret: str, code: str, *, after: int) -> int | None:
    """The period whose code was given, if it is about now and later than ``after``."""
    given = code.replace(" ", "").encode()
    here = present_period()
    found = None
    for period in range(here - DRIFT_PERIODS, here + DRIFT_PERIODS + 1):
        # every period is compared, so that the time taken tells nothing
        if hmac.compare_digest(code_at(secret, period).encode(), given) and period > after:
            found = period
    return found
