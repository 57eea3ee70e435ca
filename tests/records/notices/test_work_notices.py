"""Approvals, imports, large exports and followed lists reach the people they concern, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.answers import body_of
from tests.records.import_runs import applied, csv_of, rows_of, uploaded, worked
from tests.records.notices.conftest import House, person

from voltward.base.errors import WrongState
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.pages.lists.ports import Left
from voltward.records import approvals, days, selectors
from voltward.records.events import SavedFilterNews, tell
from voltward.records.models import (
    Approval,
    Channel,
    Delivery,
    ExportRequest,
    ImportRun,
    Maker,
    Notice,
    Person,
)
from voltward.records.selectors.notices import inbox_unread, notice_unreached
from voltward.records.services import exports, import_work, imports, list_views
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.services.notices import notice_acknowledge, own_notices_read
from voltward.records.services.roles import role_give

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
WISH = Left("vehicle", "", "-vin", ("vin", "state"), "csv", reason="召回分析")


def told(kind: str) -> set[str]:
    """Logins of everybody who was told of that kind."""
    found = Delivery.objects.filter(notice__kind=kind, kind="inbox")
    return set(found.values_list("person__login", flat=True))


def shown(client: Client, notice: Notice) -> str:
    return body_of(client.get(f"/inbox/{notice.pk}/")).decode()


# ---- approvals


@pytest.fixture
def asker(maker: Maker) -> Person:
    return person("asker", maker, "quality_engineer")


@pytest.fixture
def protector(maker: Maker) -> Person:
    return person("protector", maker, "data_protection_officer")


@pytest.fixture
def wish(asker: Person, protector: Person) -> Approval:
    return exports.export_ask(asker, wish=WISH).approval


def test_a_wish_reaches_everybody_who_may_decide_it_and_nobody_else(
    maker: Maker, other_maker: Maker, asker: Person, protector: Person, operator: Person
) -> None:
    second = person("second-protector", maker, "data_protection_officer")
    closed = person("closed", maker, "data_protection_officer")
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    person("foreign", other_maker, "data_protection_officer")
    request = exports.export_ask(asker, wish=WISH)
    assert told("approval_waiting") == {protector.login, second.login}
    notice = Notice.objects.get(kind="approval_waiting")
    assert notice.path == f"/approvals/{request.approval_id}/"
    assert notice.subject == f"Approval:{request.approval_id}"


def test_who_asks_is_not_told_to_decide_even_with_the_grant(safety_head: Person) -> None:
    exports.export_rule_propose(
        safety_head, rows=500, keep_days=3, valid_from=days.today() + timedelta(days=2),
        source="x", reason="y",
    )  # fmt: skip
    assert told("approval_waiting") == set()
    assert notice_unreached(safety_head).count() == 1


def test_nobody_is_told_to_decide_about_a_role_of_their_own(
    maker: Maker, safety_head: Person
) -> None:
    admin = person("security-admin", maker, "security_admin")
    second = person("second-admin", maker, "security_admin")
    role_give(admin, person_id=safety_head.pk, role="data_protection_officer", reason="代理")
    assert told("approval_waiting") == {second.login}


@pytest.mark.parametrize("step", ["accept", "refuse"])
def test_the_decision_reaches_the_one_who_asked_alone(
    wish: Approval, asker: Person, protector: Person, step: str
) -> None:
    if step == "accept":
        approvals.approval_accept(protector, approval_id=wish.pk)
    else:
        approvals.approval_refuse(protector, approval_id=wish.pk, note="过宽")
    assert told("approval_decided") == {asker.login}
    client = Client()
    client.force_login(asker)
    notice = Notice.objects.get(kind="approval_decided")
    page = shown(client, notice)
    assert ("已同意" if step == "accept" else "已拒绝") in page
    assert f'href="/approvals/{wish.pk}/"' in page
    client.cookies["voltward_language"] = "en"
    assert "Decision on" in shown(client, notice)


def test_a_decision_that_cannot_be_carried_out_tells_nobody(
    wish: Approval, protector: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_decider: Person, _approval: Approval) -> None:
        raise WrongState("not now")

    kind = approvals.Kind("export.large", "x", "export.approve", refuse)
    monkeypatch.setitem(approvals.KINDS, "export.large", kind)
    with pytest.raises(WrongState):
        approvals.approval_accept(protector, approval_id=wish.pk)
    assert told("approval_decided") == set()


def test_outside_the_house_neither_names_nor_what_was_asked_for_are_read(
    maker: Maker, house: House, obedient: dict[str, Any], asker: Person, protector: Person
) -> None:
    Channel.objects.create(maker=maker, kind="email", name="email")
    exports.export_ask(asker, wish=WISH)
    notices_deliver()
    message = house.senders["email"].given[0]
    assert "大批量导出" in message.title
    assert "asker" not in message.title + message.body
    assert "车辆列表" not in message.title + message.body


# ---- imports


@pytest.fixture
def importer(safety_head: Person) -> Person:
    return safety_head


def test_an_import_that_is_done_reaches_its_starter_with_its_counts(
    importer: Person, as_safety_head: Client, operator: Person
) -> None:
    bad = [["LVV", "京A00009", "M1", "NCM 96S"]]
    run = applied(importer, csv_of(rows_of(3) + bad), good_rows_only=True)
    assert run.state == "applied"
    notice = Notice.objects.get(kind="import_finished")
    assert told("import_finished") == {importer.login}
    assert (notice.values["rows"], notice.values["failed"]) == (3, 1)
    assert f'href="/imports/{run.pk}/"' in shown(as_safety_head, notice)


def test_an_undoing_reaches_whoever_started_and_whoever_undid(
    importer: Person, maker: Maker
) -> None:
    run = applied(importer, csv_of(rows_of(2)))
    second = person("second-head", maker, "safety_head")
    imports.import_ask_undo(second, run_id=run.pk)
    assert worked(run).state == "undone"
    assert told("import_undone") == {importer.login, second.login}
    assert Notice.objects.get(kind="import_undone").values["rows"] == 2


def test_an_import_that_fails_says_which_step_and_why_in_both_languages(
    importer: Person, as_safety_head: Client
) -> None:
    assert uploaded(importer, b"PK\x03\x04 no workbook").state == "failed"
    notice = Notice.objects.get(kind="import_failed")
    assert told("import_failed") == {importer.login}
    assert "工作簿已损坏" in shown(as_safety_head, notice)
    as_safety_head.cookies["voltward_language"] = "en"
    assert "The workbook is damaged" in shown(as_safety_head, notice)


def test_an_import_given_up_after_its_last_try_is_told_once(
    importer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setitem(import_work._STEPS, "read", broken)
    run = imports.import_upload(
        importer, kind="vehicle", file_name="cars.csv", pieces=[csv_of(rows_of(1))]
    )
    for _attempt in range(import_work.MOST_ATTEMPTS):
        worked(run)
        assert told("import_failed") == set()
    assert worked(run).state == "failed"
    worked(run)
    assert Notice.objects.get(kind="import_failed").values["step"]["zh-hans"] == "读取"


def test_a_step_that_is_undone_with_its_transaction_is_not_told(
    importer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_work, "tell", lambda *_: (_ for _ in ()).throw(WrongState("x")))
    run = applied(importer, csv_of(rows_of(1)))
    assert ImportRun.objects.get(pk=run.pk).state == "checked"
    assert not Notice.objects.exists()


# ---- large exports


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = exports._folder[0]
    exports.hand_in_folder(lambda: tmp_path / "exports")
    yield tmp_path / "exports"
    exports._folder[0] = before


@pytest.fixture
def agreed(wish: Approval, protector: Person, folder: Path) -> ExportRequest:
    approvals.approval_accept(protector, approval_id=wish.pk)
    return ExportRequest.objects.get(approval=wish)


def test_an_export_that_is_ready_and_later_expired_reaches_its_asker_alone(
    agreed: ExportRequest, asker: Person
) -> None:
    assert exports.exports_make() == 1
    assert told("export_ready") == {asker.login}
    ready = Notice.objects.get(kind="export_ready")
    assert (ready.path, ready.values["list"]["en"]) == ("/exports/", "Vehicle list")
    assert told("export_expired") == set()
    ExportRequest.objects.update(expires_at=timezone.now())
    assert exports.exports_make() == 1
    assert told("export_expired") == {asker.login}
    exports.exports_make()
    assert Notice.objects.filter(kind__startswith="export_").count() == 2


def test_an_export_that_may_not_be_made_any_more_says_so_to_its_asker(
    agreed: ExportRequest, asker: Person
) -> None:
    asker.assignments.update(role="outlet")
    exports.exports_make()
    assert told("export_failed") == {asker.login}
    reason = Notice.objects.get(kind="export_failed").values["reason"]
    assert reason["zh-hans"] == "申请人已无权限"


def test_a_refused_export_is_told_to_its_asker_as_the_decision_it_is(
    wish: Approval, asker: Person, protector: Person, folder: Path
) -> None:
    approvals.approval_refuse(protector, approval_id=wish.pk, note="")
    exports.exports_make()
    assert told("approval_decided") == {asker.login}
    assert not Notice.objects.filter(kind__startswith="export_").exists()


# ---- followed lists


def arrived(maker: Maker, number: int, first: int) -> None:
    vins = [f"LVVDB11B0RE{index:06d}" for index in range(first, first + number)]
    vehicle_admit_unregistered(selectors.installation(), vins=vins, key=b"k" * 32, fallback=maker)
    list_views.news_look()


@pytest.fixture
def follower(operator: Person, safety_head: Person) -> Person:
    """Follows a filter that somebody else shared."""
    saved = list_views.filter_save(
        safety_head, of="vehicle", name="未建档", query="state=unregistered", is_shared=True
    )
    list_views.filter_subscribe(operator, of="vehicle", filter_id=saved.pk)
    return operator


def test_new_rows_of_a_followed_filter_reach_the_subscriber_alone_with_a_link(
    follower: Person, maker: Maker, as_operator: Client
) -> None:
    arrived(maker, 2, first=100)
    assert told("list_news") == {follower.login}
    notice = Notice.objects.get()
    assert notice.values["count"] == 2
    assert notice.path.startswith("/vehicles/?state=unregistered")
    assert "新增 2 条" in shown(as_operator, notice)


def test_what_comes_within_the_hour_adds_up_in_one_notice_that_is_unread_again(
    follower: Person, maker: Maker, house: House
) -> None:
    arrived(maker, 2, first=100)
    own_notices_read(follower)
    house.clock.advance(60)
    arrived(maker, 3, first=200)
    notice = Notice.objects.get()
    assert (notice.values["count"], notice.repeats) == (5, 1)
    assert inbox_unread(follower) == 1
    house.clock.advance(3600)
    arrived(maker, 1, first=300)
    assert list(Notice.objects.order_by("pk").values_list("values__count", flat=True)) == [5, 1]


def test_a_sum_with_more_than_could_be_counted_says_so(operator: Person, house: House) -> None:
    for number, at_least in ((3, False), (1000, True), (2, False)):
        event = SavedFilterNews(7, operator.pk, "vehicle", "x", number, at_least, "/vehicles/")
        with transaction.atomic():
            tell(selectors.installation(), event)
    assert Notice.objects.get().values["count"] == "1005+"
    notice_acknowledge(operator, notice_id=Notice.objects.get().pk)
    assert inbox_unread(operator) == 0


def test_a_filter_too_long_for_a_link_leads_to_its_list(operator: Person) -> None:
    url = "/vehicles/?vin=" + "L" * 300
    with transaction.atomic():
        tell(
            selectors.installation(),
            SavedFilterNews(7, operator.pk, "vehicle", "x", 1, False, url),
        )
    assert Notice.objects.get().path == "/vehicles/"
