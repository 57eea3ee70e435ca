"""Security notices: to the account's own person, through quiet hours, and never switched off."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from tests.answers import body_of
from tests.records.notices.conftest import DOWN, House, Obedient, late, person
from tests.records.signing_in import (
    PASSWORD,
    SECRET,
    give_password,
    is_in,
    made_person,
    sign_in,
    with_app,
    without_demo,
)

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records import account_news, selectors, services
from voltward.records.account_events import PasswordChanged
from voltward.records.events import tell
from voltward.records.models import (
    Channel,
    Delivery,
    Maker,
    Notice,
    NoticeSetting,
    Person,
    QuietHours,
)
from voltward.records.services import accounts, factors
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.services.protection import own_contact_change
from voltward.records.sessions import now
from voltward.records.sign_in_places import device_of, place_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36"
UPDATED = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.7390.55 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1"


@pytest.fixture
def zhang(maker: Maker) -> Person:
    return made_person(maker)


def told(kind: str) -> list[str]:
    found = Delivery.objects.filter(notice__kind=kind, kind="inbox").order_by("pk")
    return list(found.values_list("person__login", flat=True))


def changed(person: Person) -> None:
    with transaction.atomic():
        tell(person, PasswordChanged(person, now()))


# ---- passwords and factors


def test_a_changed_password_is_told_to_its_person_whoever_changed_it(
    zhang: Person, system_admin: Person
) -> None:
    services.own_password_change(zhang, old=PASSWORD, new="another-good-horse")
    services.person_password_set(system_admin, login="zhang.san", password="given-by-the-admin")
    assert told("password_changed") == ["zhang.san", "zhang.san"]
    assert Notice.objects.filter(path="/account/").count() == 2


def test_a_password_that_was_not_changed_is_not_told(zhang: Person, operator: Person) -> None:
    with pytest.raises(BadInput):
        services.own_password_change(zhang, old="wrong", new="another-good-horse")
    with pytest.raises(NotPermitted):
        services.person_password_set(operator, login="zhang.san", password="another-good-horse")
    assert not Notice.objects.exists()


def test_an_administrator_of_another_maker_neither_sets_nor_tells(
    zhang: Person, other_maker: Maker
) -> None:
    stranger = person("stranger", other_maker, "system_admin")
    with pytest.raises(NotFound):
        services.person_password_set(stranger, login="zhang.san", password="another-good-horse")
    assert Person.objects.get(pk=zhang.pk).check_password(PASSWORD)
    assert not Notice.objects.exists()


def test_new_and_removed_factors_are_told_by_name_in_both_languages(
    zhang: Person, system_admin: Person
) -> None:
    with_app(zhang)
    factors.recovery_codes_renew(zhang)
    factors.factor_remove(zhang, factor_id=Authenticator.objects.get(type="totp").pk)
    with_app(zhang)
    accounts.factors_reset(system_admin, login="zhang.san", why="lost")
    assert told("factor_added") == ["zhang.san"] * 3
    assert told("factor_removed") == ["zhang.san"] * 2
    named = Notice.objects.order_by("pk").values_list("values__factor", flat=True)
    assert [one["zh-hans"] for one in named] == [
        "动态口令", "恢复码", "动态口令", "动态口令", "动态口令",
    ]  # fmt: skip
    assert set(Notice.objects.values_list("path", flat=True)) == {"/account/factors/"}
    assert SECRET not in str(list(Notice.objects.values_list("values", flat=True)))


def test_a_reset_of_somebody_without_factors_tells_nothing(
    zhang: Person, system_admin: Person
) -> None:
    with pytest.raises(WrongState):
        accounts.factors_reset(system_admin, login="zhang.san", why="lost")
    assert not Notice.objects.exists()


# ---- sign-ins from elsewhere


def browser(address: str, device: str) -> Client:
    return Client(REMOTE_ADDR=address, HTTP_USER_AGENT=device)


@pytest.fixture
def seen(zhang: Person, settings: Any) -> Person:
    """Signed in once before, from an office with Chrome."""
    without_demo(settings)
    with_app(zhang)
    sign_in(browser("192.0.2.7", CHROME))
    assert told("new_login_place") == []
    return zhang


@pytest.mark.parametrize(
    ("address", "device", "what"),
    [
        ("192.0.2.7", CHROME, ""), ("192.0.2.99", UPDATED, ""), ("198.51.100.4", CHROME, "新的地点"),
        ("192.0.2.7", PHONE, "新的设备"), ("2001:db8::7", PHONE, "新的地点和设备"),
    ],
)  # fmt: skip
def test_a_sign_in_is_told_when_its_place_or_device_is_new(
    seen: Person, address: str, device: str, what: str
) -> None:
    client = browser(address, device)
    sign_in(client)
    assert is_in(client)
    assert told("new_login_place") == ([seen.login] if what else [])
    if not what:
        return
    notice = Notice.objects.get(kind="new_login_place")
    assert notice.values["what"]["zh-hans"] == what
    page = body_of(client.get(f"/inbox/{notice.pk}/")).decode()
    assert address in page
    assert 'href="/account/sessions/"' in page


def test_the_second_sign_in_from_there_is_told_no_more(seen: Person) -> None:
    for _time in range(2):
        sign_in(browser("198.51.100.4", PHONE))
    assert told("new_login_place") == [seen.login]


def test_whoever_gives_the_password_alone_is_not_in_and_not_told_of(seen: Person) -> None:
    client = browser("198.51.100.4", PHONE)
    give_password(client)
    assert not is_in(client)
    assert told("new_login_place") == []


def test_the_sign_ins_of_others_are_not_mine(seen: Person, maker: Maker) -> None:
    with_app(made_person(maker, login="li.si"))
    sign_in(browser("198.51.100.4", PHONE), login="li.si")
    sign_in(browser("198.51.100.4", PHONE))
    assert told("new_login_place") == [seen.login]


def test_an_update_of_a_browser_is_no_other_device_and_a_house_one_place() -> None:
    assert device_of(CHROME) == device_of(UPDATED) != device_of(PHONE)
    assert place_of("192.0.2.7") == place_of("192.0.2.250") != place_of("192.0.3.7")
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff") != place_of("2001:db8:0:1::1")
    assert place_of(None) == ""


# ---- quiet hours, ways, words: 08:30:05 in Shanghai


@pytest.fixture
def reached(zhang: Person, ways: dict[str, Channel]) -> Person:
    own_contact_change(zhang, phone="13800007777", email="zhang@maker.example")
    QuietHours.objects.create(person=zhang, starts=time(22), ends=time(9), passes_from=3)
    return Person.objects.get(pk=zhang.pk)


def outside(kind: str = "password_changed") -> dict[str, str]:
    rows = Delivery.objects.filter(notice__kind=kind).exclude(kind="inbox").order_by("rank")
    return dict(rows.values_list("kind", "state"))


def test_quiet_hours_hold_other_notices_of_the_same_level_and_no_security_notice(
    reached: Person,
) -> None:
    late(reached, reached, severity=2)
    changed(reached)
    notices_deliver()
    assert outside("clock_late") == {"email": "waiting", "sms": "standby"}
    assert outside() == {"email": "sent", "sms": "unneeded"}


def test_a_build_without_that_exception_is_caught(
    reached: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.records.services.notice_sending.is_security", lambda _code: False)
    with pytest.raises(AssertionError):
        test_quiet_hours_hold_other_notices_of_the_same_level_and_no_security_notice(reached)


@pytest.mark.parametrize("order", [[], ["sms"], ["wecom"], ["voice"]])
def test_no_order_of_ones_own_switches_security_notices_off(
    reached: Person, order: list[str]
) -> None:
    NoticeSetting.objects.create(person=reached, order=order)
    changed(Person.objects.get(pk=reached.pk))
    assert set(outside()) == {"email", "sms"}
    first = Delivery.objects.get(rank=1).kind
    assert first == ("sms" if order == ["sms"] else "email")


def test_a_group_does_not_hear_of_somebodys_account(
    reached: Person, maker: Maker, obedient: dict[str, Obedient]
) -> None:
    Channel.objects.create(maker=maker, kind="wecom", name="值班群", position=0)
    late(reached, reached)
    changed(reached)
    assert set(outside("clock_late")) == {"wecom", "email", "sms"}
    assert set(outside()) == {"email", "sms"}


def test_when_mail_fails_a_security_notice_takes_the_next_way_within_60_s(
    reached: Person, house: House
) -> None:
    house.senders["email"].answer = lambda _message: DOWN
    changed(reached)
    began = house.clock.elapsed_s
    while not house.senders["sms"].given:
        notices_deliver()
        house.clock.advance(1)
        assert house.clock.elapsed_s - began <= 60


def test_outside_neither_login_nor_address_nor_device_is_read(
    reached: Person, house: House, settings: Any
) -> None:
    without_demo(settings)
    with_app(reached)
    sign_in(browser("192.0.2.7", CHROME))
    sign_in(browser("198.51.100.4", PHONE))
    notices_deliver()
    texts = [f"{one.title} {one.body}" for one in house.senders["email"].given]
    assert any("新的地点和设备" in text for text in texts)
    for text in texts:
        for private in ("zhang.san", "张三", "198.51.100.4", "iPhone"):
            assert private not in text


def test_programs_are_told_nothing_of_their_accounts(integrator: Person) -> None:
    with transaction.atomic():
        tell(selectors.installation(), PasswordChanged(integrator, now()))
    assert not Notice.objects.exists()


def test_every_kind_about_accounts_is_marked_as_such() -> None:
    from voltward.records.notice_kinds import KINDS, is_security

    marked = {code for code in KINDS if is_security(code)}
    assert marked == {"password_changed", "factor_added", "factor_removed", "new_login_place"}
    assert set(account_news._WHAT) == {(True, False), (False, True), (True, True)}
