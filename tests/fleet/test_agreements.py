"""Agreements: monitoring is owed with or without one, everything else waits for consent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Agreement, AgreementVersion, Vehicle
from voltward.fleet.registry import RegistryEntry, registry
from voltward.fleet.selectors import agreements as selectors
from voltward.fleet.services import agreements as services
from voltward.fleet.services import owners
from voltward.pages.room import REGISTRY
from voltward.records.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(aftersales: Person) -> AgreementVersion:
    return services.agreement_version_publish(
        aftersales, code="V1", title="监测服务协议", text="我同意监测。"
    )


def agree(actor: Person, vehicle: Vehicle, version: AgreementVersion) -> Agreement:
    return services.agreement_add(
        actor, vin=vehicle.vin, version_id=version.pk, agreed_at=timezone.now(), channel="app"
    )


def test_a_text_is_kept_with_a_hash_that_line_ends_do_not_change(version: AgreementVersion) -> None:
    assert version.text_sha256 == services.text_digest(" 我同意监测。\r\n")
    assert version.text_sha256 != services.text_digest("我同意监测！")


def test_a_code_is_published_once_and_by_those_who_may(
    aftersales: Person, engineer: Person, version: AgreementVersion
) -> None:
    with pytest.raises(BadInput):
        services.agreement_version_publish(aftersales, code="V1", title="x", text="y")
    with pytest.raises(NotPermitted):
        services.agreement_version_publish(engineer, code="V2", title="x", text="y")
    assert AgreementVersion.objects.count() == 1


def test_a_sold_vehicle_without_agreement_is_a_gap_until_its_owner_agrees(
    aftersales: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    assert list(selectors.agreement_gap(aftersales)) == [sold]
    assert sold.lacks_agreement
    agree(aftersales, sold, version)
    sold.refresh_from_db()
    assert (list(selectors.agreement_gap(aftersales)), sold.lacks_agreement) == ([], False)


def test_a_vehicle_that_is_not_sold_is_no_gap(aftersales: Person, vehicle: Vehicle) -> None:
    assert list(selectors.agreement_gap(aftersales)) == []


def test_monitoring_is_never_refused_for_want_of_an_agreement(
    aftersales: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    """Whatever the owner says, the gateway's list and the store's number stay."""
    entry, number = [RegistryEntry(sold.vin, 1)], sold.vehicle_id
    assert list(registry().entries()) == entry
    agreement = agree(aftersales, sold, version)
    services.agreement_withdraw(aftersales, agreement_id=agreement.pk)
    sold.refresh_from_db()
    assert (list(registry().entries()), sold.vehicle_id) == (entry, number)


def test_other_uses_follow_consent_and_its_withdrawal(
    aftersales: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    assert not selectors.may_use_beyond_monitoring(sold)
    agreement = agree(aftersales, sold, version)
    assert selectors.may_use_beyond_monitoring(sold)
    services.agreement_withdraw(aftersales, agreement_id=agreement.pk, note="电话")
    assert not selectors.may_use_beyond_monitoring(sold)
    sold.refresh_from_db()
    assert sold.agreement_state == "withdrawn"
    assert list(selectors.agreement_gap(aftersales)) == []


def test_a_build_that_trusts_the_mark_on_the_vehicle_is_caught(
    aftersales: Person, sold: Vehicle
) -> None:
    Vehicle.objects.filter(pk=sold.pk).update(agreement_state="agreed")
    sold.refresh_from_db()
    assert not selectors.may_use_beyond_monitoring(sold)


def test_consent_does_not_pass_to_the_next_owner(
    aftersales: Person, engineer: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    agree(aftersales, sold, version)
    owners.owner_change(
        engineer, vin=sold.vin, since=date(2026, 9, 1), kind="person", usage_class="private"
    )
    sold.refresh_from_db()
    assert not selectors.may_use_beyond_monitoring(sold)
    assert list(selectors.agreement_gap(aftersales)) == [sold]
    assert sold.agreement_state == selectors.agreement_state_of(sold) == "none"


def test_nobody_agrees_in_the_future_before_the_text_or_twice(
    aftersales: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    for moment in (timezone.now() + timedelta(hours=1), version.published_at - timedelta(days=1)):
        with pytest.raises(BadInput):
            services.agreement_add(
                aftersales, vin=sold.vin, version_id=version.pk, agreed_at=moment, channel="app"
            )
    agree(aftersales, sold, version)
    with pytest.raises(WrongState):
        agree(aftersales, sold, version)
    assert Agreement.objects.count() == 1


def test_agreements_are_written_by_those_who_may_and_for_the_own_maker(
    aftersales: Person, engineer: Person, stranger: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    with pytest.raises(NotPermitted):
        agree(engineer, sold, version)
    with pytest.raises(NotFound):
        agree(stranger, sold, version)
    assert not Agreement.objects.exists()
    agreement = agree(aftersales, sold, version)
    with pytest.raises(NotFound):
        services.agreement_withdraw(stranger, agreement_id=agreement.pk)
    with pytest.raises(NotPermitted):
        services.agreement_withdraw(engineer, agreement_id=agreement.pk)
    services.agreement_withdraw(aftersales, agreement_id=agreement.pk)
    with pytest.raises(WrongState):
        services.agreement_withdraw(aftersales, agreement_id=agreement.pk)


def test_the_gap_is_a_line_of_the_workbench_for_those_who_can_close_it(
    aftersales: Person, engineer: Person, sold: Vehicle
) -> None:
    (source,) = [one for one in REGISTRY.tasks(aftersales) if one.code == "agreement_gap"]
    assert source.count(aftersales) == 1
    (task,) = source.tasks(aftersales, 10)
    assert (task.subject, task.url) == (sold.vin, f"/vehicles/{sold.vin}/agreements/")
    assert "agreement_gap" not in {one.code for one in REGISTRY.tasks(engineer)}


def test_the_header_marks_a_sold_vehicle_without_agreement(
    as_engineer: Client, sold: Vehicle
) -> None:
    assert "未签协议" in as_engineer.get(f"/vehicles/{sold.vin}/record/").content.decode()


def test_the_tab_says_what_the_data_may_be_used_for_and_takes_agreements(
    aftersales: Person, sold: Vehicle, version: AgreementVersion
) -> None:
    AgreementVersion.objects.update(published_at=timezone.now() - timedelta(days=1))
    client = Client()
    client.force_login(aftersales)
    assert "安全监测照常进行" in client.get(f"/vehicles/{sold.vin}/agreements/").content.decode()
    moment = timezone.localtime(timezone.now() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")
    answer = client.post(
        f"/vehicles/{sold.vin}/do/agree/",
        {"version": version.pk, "agreed_at": moment, "channel": "paper"},
    )
    assert answer.status_code == 302, answer.content.decode()
    agreement = Agreement.objects.get()
    assert "同意有效" in client.get(f"/vehicles/{sold.vin}/agreements/").content.decode()
    client.post(f"/agreements/{agreement.pk}/withdraw/", {"note": "来电"})
    agreement.refresh_from_db()
    assert agreement.withdrawal_note == "来电"
    assert "V1" in client.get("/agreement-versions/").content.decode()
