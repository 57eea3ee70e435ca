"""The history of records: which models keep theirs, and that a bulk change is kept too."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client

from voltward.records import selectors, services
from voltward.records.history import history_of
from voltward.records.models import DeadlineRule, Maker, Person, RetentionRule
from voltward.records.models.history import HistoryEvent
from voltward.records.tracking import BEGUN

pytestmark = pytest.mark.django_db
# model: why its changes are not kept as history
OF_NO_HISTORY = {
    "AgreementVersion": "a published text is never edited; its hash proves it",
    "Attempt": "written once",
    "AlarmStep": "written once",
    "AuditVerification": "an answer to a question, written once",
    "AuditWaiting": "a queue that empties within a second",
    "ClockPoint": "reckoned from its clock, which is tracked",
    "DownlinkStream": "how far a stream was taken; the news themselves change commands, which are kept",
    "DataKey": "every use and rotation stands in the audit trail; sealed keys belong nowhere else",
    "Delivery": "each attempt is a row of its own",
    "Episode": "each finding on it stands in the stream it came from",
    "ExportRequest": "asked, decided (a tracked approval) and made: the audit trail has each step",
    "FilterSubscription": "a person's own preference",
    "ImportChange": "is itself the record of a change",
    "ImportMapping": "a convenience: the import keeps the mapping it used",
    "ImportProgress": "a figure that is renewed each second",
    "ImportRun": "its steps stand in the audit trail, its changes in rows of their own",
    "KeyRotation": "written once for each step",
    "KeyGeneration": "a counter",
    "LimitGeneration": "a counter",
    "LimitTrial": "asked and ended: the audit trail has both, and what it was tried with stands in it",
    "ListChoice": "a person's own preference",
    "LoginAttempt": "written once",
    "Notice": "told once; its deliveries and acknowledgements are rows of their own",
    "NoticeSetting": "a person's own preference",
    "OwnerIdentity": "a history would keep what its owner had erased",
    "OwnerNotice": "each try to reach the owner is a row of its own",
    "OwnerNoticeTry": "written once",
    "PartRecord": "twenty million rows, added or taken out as wholes: the audit trail has each time",
    "PersonContact": "a history would keep what its person had erased",
    "PersonSession": "its beginning and end stand in the audit trail",
    "PhoneEntry": "versions of the tree are its history; another would keep a number that was taken out",
    "PlatformSample": "written once",
    "PlatformWarning": "told once; its beginning and end stand in it",
    "ProtectedWindow": "written once",
    "QualityDay": "reckoned from reports, told by the stream of the quality engine",
    "QualityModelDay": "reckoned from the days of vehicles",
    "QualityModelError": "reckoned from the days of vehicles",
    "QualityStep": "written once",
    "QualityWaiting": "a queue: the day stands in the stream it came from",
    "QuietHours": "a person's own preference",
    "RegistryGeneration": "a counter",
    "ReportDue": "made once; what became of it stands in the proof stream of its link",
    "ReportLook": "a queue that empties within a second",
    "SavedFilter": "a person's own preference",
    "SecurityEvent": "counted by the hour from a stream that keeps each one",
    "SecurityStream": "a follower's place in a stream",
    "StepWaiting": "a queue that empties within a second",
    "ContactAttempt": "written once",
    "WatchStep": "written once",
    "WatchCaseVehicle": "who joined and left stands in the case's log; the numbers are reckoned anew",
    "VehicleHabit": "reckoned from telemetry",
    "StoredContent": "content by its own hash cannot change",
    "TerminalDataKey": "written once",
    "WaitingFinding": "a queue: the finding stands in the stream it came from",
    "WebhookDelivery": "each try is a row of its own",
    "WebhookTry": "written once",
}


def _models() -> list[type[models.Model]]:
    return [one for one in apps.get_models() if one.__module__.startswith("voltward.")]


def test_every_model_keeps_its_history_or_has_a_written_reason() -> None:
    tracked = {one.__name__ for one in _models() if issubclass(one, HistoryEvent)}
    without = {
        one.__name__
        for one in _models()
        if not issubclass(one, HistoryEvent)
        and f"{one.__name__}Event" not in tracked
        and not getattr(one, "append_only", False)
    }
    assert without == set(OF_NO_HISTORY)


def test_a_bulk_change_of_people_is_kept_with_what_it_was_before(maker: Maker) -> None:
    person = services.person_create(
        selectors.installation(), login="li", display_name="李工", maker=maker, roles=["auditor"]
    )
    Person.objects.filter(maker=maker).update(display_name="李主任")
    newest = history_of(person)[0]
    assert newest.kind == "update"
    assert ("姓名", "李工", "李主任") in newest.fields


def test_history_holds_no_password_token_or_sealed_settings() -> None:
    kept = {
        f"{one.__name__}.{field.attname}"
        for one in _models()
        if issubclass(one, HistoryEvent)
        for field in one._meta.concrete_fields
    }
    assert not {name for name in kept if name.endswith((".password", ".digest", ".sealed"))}


def test_history_cannot_be_rewritten_by_the_application(maker: Maker) -> None:
    for event in (one for one in _models() if issubclass(one, HistoryEvent)):
        rows = event._default_manager.all()
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(pgh_label="x")


def test_the_page_of_a_person_shows_what_changed(maker: Maker, operator: Person) -> None:
    admin = services.person_create(
        selectors.installation(), login="sec", display_name="安管", maker=maker,
        roles=["security_admin"],
    )  # fmt: skip
    Person.objects.filter(pk=operator.pk).update(display_name="王值班")
    client = Client()
    client.force_login(admin)
    for page in (f"/people/{operator.pk}/", f"/accounts/{operator.pk}/"):
        text = client.get(page).content.decode()
        assert "变更记录" in text
        assert "→ 王值班" in text


def test_the_page_of_a_rule_shows_its_history(safety_head: Person) -> None:
    client = Client()
    client.force_login(safety_head)
    rule = DeadlineRule.objects.first()
    assert rule is not None
    assert "变更记录" in client.get(f"/deadlines/{rule.pk}/").content.decode()


def test_what_was_there_before_its_history_began_shows_its_first_change(maker: Maker) -> None:
    """Seeded rows are older than the history: the migration puts them down as they were."""
    rule = RetentionRule.objects.filter(maker=None).first()
    assert rule is not None
    assert [one.kind for one in history_of(rule)] == [BEGUN]
    was = rule.source
    RetentionRule.objects.filter(pk=rule.pk).update(source="x")
    assert [(was, "x")] == [pair[1:] for pair in history_of(rule)[0].fields]


def test_a_change_is_told_in_words_and_not_in_codes_and_numbers(operator: Person) -> None:
    rule = DeadlineRule.objects.first()
    assert rule is not None
    DeadlineRule.objects.filter(pk=rule.pk).update(
        unit="day", extension_needs_second=not rule.extension_needs_second, proposed_by=operator
    )
    told = {name: (before, after) for name, before, after in history_of(rule)[0].fields}
    words = dict(DeadlineRule._meta.get_field("unit").flatchoices)
    assert told[str(DeadlineRule._meta.get_field("unit").verbose_name)] == (
        str(words[rule.unit]), str(words["day"]),
    )  # fmt: skip
    assert ("是", "否") in told.values()
    assert ("—", operator.display_name) in told.values()
