"""Writes to makers, people and tokens: allowed, refused, nothing written when refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.records import selectors, services
from voltward.records.models import ApiToken, AuditRow, Maker, Person
from voltward.records.roles import ROLES

pytestmark = pytest.mark.django_db


def test_the_installation_adds_makers(db: None) -> None:
    maker = services.maker_create(selectors.installation(), name=" 某某汽车 ", wmis=["lvv", "LVV"])
    assert (maker.name, maker.wmis) == ("某某汽车", ["LVV"])
    assert selectors.maker_of_wmi("LVV") == maker
    assert selectors.maker_of_wmi("XXX") is None


def test_nobody_else_adds_makers(system_admin: Person) -> None:
    with pytest.raises(NotPermitted):
        services.maker_create(system_admin, name="x")
    assert Maker.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "wmis"), [("示例汽车", []), ("", []), ("x", ["LV"]), ("x", ["LVVX"])]
)
def test_a_badly_described_maker_is_refused(maker: Maker, name: str, wmis: list[str]) -> None:
    with pytest.raises(BadInput):
        services.maker_create(selectors.installation(), name=name, wmis=wmis)
    assert Maker.objects.count() == 1


def test_a_system_admin_adds_people_with_roles(system_admin: Person, maker: Maker) -> None:
    person = services.person_create(
        system_admin, login="Li.Si", display_name="李四", maker=maker, roles=["safety_head"]
    )
    assert (person.login, person.roles) == ("li.si", {"safety_head"})
    assert not person.has_usable_password()
    assert "audit.read" in person.grants
    row = AuditRow.objects.get(action="person.create", actor=system_admin)
    assert row.after["roles"] == ["safety_head"]


def test_an_operator_adds_nobody(operator: Person, maker: Maker) -> None:
    with pytest.raises(NotPermitted):
        services.person_create(operator, login="x", display_name="x", maker=maker, roles=[])
    assert not Person.objects.filter(login="x").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"login": "operator"},
        {"login": "bad login"},
        {"login": ""},
        {"display_name": ""},
        {"roles": ["king"]},
        {"password": "short"},
        {"password": "passwordpassword"},
        {"language": "xx"},
    ],
)
def test_a_badly_described_person_is_refused(
    operator: Person, maker: Maker, change: dict[str, str]
) -> None:
    given = {"login": "li.si", "display_name": "李四", "maker": maker, "roles": []} | change
    if change.get("password") == "passwordpassword":
        given["login"] = "passwordpassword"  # too like the login
    before = Person.objects.count()
    with pytest.raises(BadInput):
        services.person_create(selectors.installation(), **given)  # type: ignore[arg-type]
    assert Person.objects.count() == before


def test_a_closed_account_holds_no_grants(operator: Person) -> None:
    operator.is_active = False
    assert operator.grants == frozenset()


def test_a_role_that_is_no_longer_known_gives_nothing(operator: Person) -> None:
    operator.assignments.update(role="king")
    assert Person.objects.get(pk=operator.pk).grants == {"account.own"}


def test_only_the_installation_and_programs_may_lack_a_maker(maker: Maker) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(login="x", display_name="x", maker=None)


def test_an_admin_sets_a_password_and_an_operator_does_not(
    system_admin: Person, operator: Person
) -> None:
    services.person_password_set(system_admin, login="operator", password="a-new-long-password")
    operator.refresh_from_db()
    assert operator.check_password("a-new-long-password")
    with pytest.raises(NotPermitted):
        services.person_password_set(operator, login="operator", password="yet-another-password")
    with pytest.raises(NotFound):
        services.person_password_set(system_admin, login="nobody", password="yet-another-password")


def test_a_token_is_kept_as_a_hash_and_narrowed_to_reading(
    system_admin: Person, integrator: Person
) -> None:
    token, text = services.token_create(system_admin, person=integrator, name="dashboard")
    assert text.startswith("vw_")
    assert text not in str(ApiToken.objects.values().get())
    assert token.scope == "read"
    assert selectors.token_valid(text) == token


def test_an_operator_makes_no_token(operator: Person, integrator: Person) -> None:
    with pytest.raises(NotPermitted):
        services.token_create(operator, person=integrator, name="x")
    assert not ApiToken.objects.exists()


def test_a_token_ends_by_revocation_expiry_or_with_its_account(
    system_admin: Person, integrator: Person
) -> None:
    def fresh() -> tuple[ApiToken, str]:
        return services.token_create(system_admin, person=integrator, name="x")

    revoked, text = fresh()
    services.token_revoke(system_admin, token_id=revoked.pk)
    assert selectors.token_valid(text) is None
    expired, text = fresh()
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert selectors.token_valid(text) is None
    _, text = fresh()
    Person.objects.filter(pk=integrator.pk).update(is_active=False)
    assert selectors.token_valid(text) is None
    assert selectors.token_valid("vw_made-up") is None


def test_another_makers_token_cannot_be_revoked(
    system_admin: Person, other_maker: Maker, operator: Person, api_token: str
) -> None:
    token = ApiToken.objects.get()
    Person.objects.filter(pk=system_admin.pk).update(maker=other_maker)
    with pytest.raises(NotFound):
        services.token_revoke(Person.objects.get(pk=system_admin.pk), token_id=token.pk)
    with pytest.raises(NotPermitted):
        services.token_revoke(operator, token_id=token.pk)
    assert selectors.token_valid(api_token) == token


def test_the_use_of_a_token_is_noted_once_a_minute(
    api_token: str,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    token = selectors.token_valid(api_token)
    assert token is not None
    services.token_used(token)
    again = selectors.token_valid(api_token)
    assert again is not None
    assert again.last_used_at is not None
    with django_assert_num_queries(0):
        services.token_used(again)


def test_a_reading_leaves_a_row_with_its_reason(operator: Person) -> None:
    services.reading_recorded(
        operator, what="position.read", subject="Vehicle:1", reason="告警处置"
    )
    row = AuditRow.objects.get(action="position.read")
    assert (row.result, row.subject, row.after) == ("read", "Vehicle:1", {"reason": "告警处置"})


def test_the_trail_shows_only_the_readers_maker(
    safety_head: Person, other_operator: Person
) -> None:
    services.reading_recorded(safety_head, what="a.read", subject="x")
    services.reading_recorded(other_operator, what="b.read", subject="y")
    seen = set(selectors.audit_visible(safety_head).values_list("action", flat=True))
    assert seen == {"a.read"}


def test_no_role_can_both_run_the_platform_and_read_vehicles() -> None:
    for role in ROLES.values():
        assert not ({"person.manage", "vehicle.read"} <= role.grants), role.code
