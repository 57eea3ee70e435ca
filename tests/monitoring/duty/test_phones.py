"""The phone tree: ordered by topic, in versions, personal numbers sealed and masked."""

from __future__ import annotations

import pytest
from django.test import Client

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.monitoring.models import PhoneEntry, PhoneTreeVersion
from voltward.monitoring.selectors.phones import phone_tree, phone_versions
from voltward.monitoring.services.phones import phone_add, phone_remove
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db


def add(by: Person, topic: str, name: str, number: str, **more: object) -> PhoneEntry:
    given = {"is_personal": False, **more}
    return phone_add(by, topic=topic, name=name, number=number, **given)  # type: ignore[arg-type]


def test_each_change_makes_a_version_and_old_ones_stay(safety_head: Person) -> None:
    tow = add(safety_head, "towing", "拖车甲", "400-820-0001")
    add(safety_head, "fire", "消防", "119")
    add(safety_head, "towing", "拖车乙", "4008200002", position=5)
    assert [one.name for one in phone_tree(safety_head)] == ["消防", "拖车乙", "拖车甲"]
    assert [one.name for one in phone_tree(safety_head, "towing")] == ["拖车乙", "拖车甲"]
    phone_remove(safety_head, entry_id=tow.pk)
    assert [one.name for one in phone_tree(safety_head, "towing")] == ["拖车乙"]
    assert [one.name for one in phone_tree(safety_head, version=2)] == ["消防", "拖车甲"]
    assert [one.number for one in phone_versions(safety_head)] == [4, 3, 2, 1]
    with pytest.raises(NotFound):
        phone_remove(safety_head, entry_id=tow.pk)


def test_a_persons_number_is_sealed_masked_and_gone_with_its_line(safety_head: Person) -> None:
    entry = add(safety_head, "safety", "李主任", "139 0000 1234", is_personal=True)
    entry.refresh_from_db()
    assert entry.number == ""
    assert str(entry.personal_number) == "139****1234"
    row = AuditRow.objects.get(action="duty.phone_add")
    assert "1234" not in str(row.after)
    phone_remove(safety_head, entry_id=entry.pk)
    entry.refresh_from_db()
    assert not entry.personal_number


def test_who_may_not_manage_changes_nothing_and_makers_do_not_see_each_other(
    safety_head: Person, operator: Person, other_operator: Person
) -> None:
    entry = add(safety_head, "fire", "消防", "119")
    with pytest.raises(NotPermitted):
        add(operator, "fire", "消防", "119")
    with pytest.raises(NotPermitted):
        phone_remove(operator, entry_id=entry.pk)
    assert phone_tree(operator)
    assert phone_tree(other_operator) == []
    for topic, name, number in (("x", "a", "119"), ("fire", " ", "119"), ("fire", "a", "12")):
        with pytest.raises(BadInput):
            add(safety_head, topic, name, number)
    assert PhoneTreeVersion.objects.count() == 1


def test_the_page_shows_personal_numbers_for_a_reason_that_is_kept(
    safety_head: Person, as_operator: Client
) -> None:
    add(safety_head, "safety", "李主任", "13900001234", is_personal=True)
    page = as_operator.get("/duty/phones/").content.decode()
    assert "139****1234" in page
    assert "13900001234" not in page
    assert as_operator.post("/duty/phones/", {"step": "show", "reason": ""}).status_code == 422
    shown = as_operator.post("/duty/phones/", {"step": "show", "reason": "打印"})
    assert "13900001234" in shown.content.decode()
    assert AuditRow.objects.filter(action="owner.read", result="read").count() == 1
    refused = as_operator.post(
        "/duty/phones/",
        {"step": "add", "topic": "fire", "name": "a", "number": "119", "position": 1},
    )
    assert refused.status_code == 403
