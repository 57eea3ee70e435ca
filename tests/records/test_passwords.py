"""Which passwords are refused, by either policy."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records.signing_in import (
    PASSWORD,
    code,
    give_password,
    is_in,
    made_person,
    with_app,
    without_demo,
)

from voltward.base.vin import with_check_digit
from voltward.records import sessions
from voltward.records.models import Maker, Person
from voltward.records.passwords import PrefixFiles, generated, is_breached

pytestmark = pytest.mark.django_db
GOOD = "wandering-purple-teapot"
VIN = with_check_digit("LVVDB11B0RE000001")


@pytest.fixture
def person(maker: Maker) -> Person:
    return made_person(maker)


def codes_of(password: str, person: Person) -> set[str]:
    try:
        validate_password(password, person)
    except ValidationError as refusal:
        return {str(error.code) for error in refusal.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "password_too_short"),
        ("1qaz2wsx3edc4rfv", "password_too_common"),
        ("qwertyuiop123456789", ""),
        ("my-zhang.san-secret", "company_word"),
        ("good-Voltward-word", "company_word"),
        ("示例汽车的好密码一二三四五", "company_word"),
        (f"key-{VIN.lower()}", "vin"),
        (f"{VIN}{VIN}", "vin"),
        ("x" * 257, "too_long"),
        (GOOD, ""),
        ("一" * 12, ""),
        ("t" + "o" * 60 + "lng", ""),
        ("long passphrase with spaces and no capital letters at all, 64 or more", ""),
    ],
)
def test_each_rule_refuses_what_it_is_for(person: Person, password: str, why: str) -> None:
    found = codes_of(password, person)
    assert (why in found) if why else not found


def test_words_of_the_company_are_settings(person: Person, settings: Any) -> None:
    password = "blue-dragon-teapot"
    assert not codes_of(password, person)
    without_demo(settings, password_words="Dragon, 青龙")
    assert codes_of(password, person) == {"company_word"}
    assert codes_of("长长的青龙密码一二三四五六", person) == {"company_word"}


def test_a_breached_password_is_refused_without_any_network(
    person: Person, settings: Any, tmp_path: Path
) -> None:
    digest = hashlib.sha1(GOOD.encode()).hexdigest().upper()
    (tmp_path / f"{digest[:5]}.txt").write_text(f"{'0' * 35}:3\r\n{digest[5:].lower()}:41\r\n")
    assert not is_breached(GOOD)
    without_demo(settings, breached_passwords=tmp_path)
    assert codes_of(GOOD, person) == {"breached"}
    assert not codes_of(GOOD + "!", person)


def test_a_list_of_breached_passwords_that_went_away_takes_none_on_trust(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PrefixFiles(tmp_path / "gone").holds("A" * 40)


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        (GOOD, False),
        ("Wandering-Teapot", True),
        ("wandering-teapot-7", True),
        ("WANDERING7777", False),
    ],
)
def test_the_other_policy_asks_for_three_of_four_kinds(
    person: Person, settings: Any, password: str, is_good: bool
) -> None:
    without_demo(settings, password_policy="mlps")
    assert (codes_of(password, person) == set()) is is_good


@pytest.mark.parametrize(("policy", "leads_to"), [("mlps", "/login/password/"), ("asvs", "/")])
def test_an_old_password_is_changed_by_one_policy_and_kept_by_the_other(
    person: Person, as_nobody: Client, settings: Any, policy: str, leads_to: str
) -> None:
    without_demo(settings, password_policy=policy)
    with_app(person)
    Person.objects.update(password_changed_at=sessions.now() - timedelta(days=90))
    give_password(as_nobody)
    assert as_nobody.post("/login/second/", {"code": code()})["Location"] == leads_to
    assert is_in(as_nobody) is (policy == "asvs")


def test_a_password_that_is_young_enough_stays(
    person: Person, as_nobody: Client, settings: Any
) -> None:
    without_demo(settings, password_policy="mlps")
    with_app(person)
    Person.objects.update(password_changed_at=sessions.now() - timedelta(days=89))
    give_password(as_nobody, password=PASSWORD)
    as_nobody.post("/login/second/", {"code": code()})
    assert is_in(as_nobody)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=300))
def test_any_text_is_judged_and_none_breaks_the_rules(person: Person, text: str) -> None:
    found = codes_of(text, person)
    assert len(text) >= 12 or "password_too_short" in found


@pytest.mark.parametrize("policy", ["asvs", "mlps"])
def test_a_made_password_meets_the_policy(person: Person, settings: Any, policy: str) -> None:
    without_demo(settings, password_policy=policy)
    made = {generated(person) for _ in range(50)}
    assert len(made) == 50
    assert not any(codes_of(password, person) for password in made)
