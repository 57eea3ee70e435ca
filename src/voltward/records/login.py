"""Logging in: passwords checked in even time, guessing slowed down, every try kept."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from voltward.records import selectors, services
from voltward.records.guessing import TooManyGuesses
from voltward.records.models import Person
from voltward.records.origin import origin


class PersonBackend(BaseBackend):
    """Login name and password; programs and closed accounts cannot log in."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> Person | None:
        """
        Raises:
            TooManyGuesses: also with the right password, so that nothing can be learnt.
        """
        login = (username or "").strip().lower()
        if not login or password is None:
            return None
        address = origin().address
        attempt = services.attempt_begun(login, address)
        if selectors.too_many_guesses(attempt.login, address):
            services.attempt_ended(attempt, None, why="too_many_guesses")
            raise TooManyGuesses(login)
        person = Person.objects.select_related("maker").filter(login=login).first()
        # an unknown name costs the same hashing as a known one
        right = (person or _nobody()).check_password(password)
        if person is None or not right or not person.is_active or person.is_program:
            services.attempt_ended(attempt, None, why="wrong_login_or_password")
            return None
        services.attempt_ended(attempt, person)
        return person

    def get_user(self, user_id: int) -> Person | None:
        return selectors.person_of_session(user_id)


_NOBODY: list[Person] = []


def _nobody() -> Person:
    """A person nobody is, whose hash costs as much as a real one."""
    if not _NOBODY:
        nobody = Person()
        nobody.set_password("")
        _NOBODY.append(nobody)
    return _NOBODY[0]
