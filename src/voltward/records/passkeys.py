"""Passkeys by way of allauth: challenges that live in the browser's session, answers checked against them."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from voltward.base.errors import BadInput
from voltward.records.models import Person


def adding_begun(person: Person) -> dict[str, Any]:
    """What the browser needs to make a key; the challenge waits in the session."""
    return dict(auth.begin_registration(person, passwordless=False))


def adding_finished(credential: dict[str, Any]) -> None:
    """
    Raises:
        BadInput: not the answer to the challenge that waits.
    """
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput("credential: no answer to the challenge") from error


def proof_begun(person: Person) -> dict[str, Any]:
    """What the browser needs to prove that it has one of the person's keys."""
    return dict(auth.begin_authentication(person))


def proof_finished(person: Person, response: dict[str, Any]) -> Authenticator:
    """The key that answered; each challenge is good for one answer.

    Raises:
        BadInput: no key of this person, or not the answer to the challenge that waits.
    """
    try:
        auth.parse_authentication_response(response)
        found: Authenticator = auth.complete_authentication(person, response)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput("credential: no answer to the challenge") from error
    finally:
        auth.clear_state()
    return found
