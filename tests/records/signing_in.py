"""Somebody with a password and an authenticator app, and the steps of a login."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from voltward.base.clock import ManualClock
from voltward.records import one_time_codes, selectors, services, sessions
from voltward.records.models import Maker, Person
from voltward.records.services import factors

PASSWORD = "correct-horse-battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def without_demo(settings: Any, **more: Any) -> None:
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"demo": False, **more})


def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock(wall_ns=time.time_ns())
    monkeypatch.setattr(sessions, "clock", clock)
    return clock


def made_person(
    maker: Maker, login: str = "zhang.san", role: str = "monitoring_operator"
) -> Person:
    """With a password of their own."""
    person = services.person_create(
        selectors.installation(), login=login, display_name="张三", maker=maker, roles=[role],
        password=PASSWORD,
    )  # fmt: skip
    person.password_changed_at = sessions.now()
    person.save(update_fields=["password_changed_at"])
    return person


def with_app(person: Person) -> Person:
    """Adds an authenticator app; the code of two periods ago is what it was proved with."""
    period = one_time_codes.present_period()
    added = factors.totp_add(person, secret=SECRET, code=one_time_codes.code_at(SECRET, period))
    added.data["last_period"] = period - 2
    added.save()
    return person


def code(ahead: int = 0, secret: str = SECRET) -> str:
    return one_time_codes.code_at(secret, one_time_codes.present_period() + ahead)


def wrong_code() -> str:
    near = {code(ahead) for ahead in (-1, 0, 1)}
    return next(text for text in (f"{number:06}" for number in range(9)) if text not in near)


def give_password(client: Client, login: str = "zhang.san", password: str = PASSWORD) -> Any:
    return client.post("/login/", {"username": login, "password": password})


def sign_in(client: Client, login: str = "zhang.san") -> Any:
    """Both factors; the code is free again for another login."""
    give_password(client, login)
    answer = client.post("/login/second/", {"code": code()})
    from allauth.mfa.models import Authenticator

    for app in Authenticator.objects.filter(user__login=login, type="totp"):
        app.data["last_period"] -= 2
        app.save()
    return answer


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
