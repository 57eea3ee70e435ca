"""Reviews of batches: who is told, who gives which verdict, and what the page shows."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.monitoring.watch.conftest import Yard
from tests.monitoring.watch.models import episode, judged, model

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase
from voltward.monitoring.services.watch import watch_close, watch_review
from voltward.records import services
from voltward.records.models import AuditRow, Delivery, Maker, Notice, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db


def test_those_who_review_batches_are_told_once(
    yard: Yard, person: Callable[[str], Person]
) -> None:
    engineer, operator = person("quality_engineer"), person("monitoring_operator")
    model(yard, 20, 1)
    (case,) = judged(yard)
    judged(yard)
    notice = Notice.objects.get(kind="model_review")
    assert notice.path == f"/watch/{case.pk}/"
    told = set(Delivery.objects.filter(notice=notice).values_list("person", flat=True))
    assert engineer.pk in told
    assert operator.pk not in told


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("quality_engineer", True), ("safety_head", True), ("monitoring_operator", False),
        ("aftersales", False), ("auditor", False), ("regulator", False), ("system_admin", False),
    ],
)  # fmt: skip
def test_who_may_give_the_verdict_on_a_batch(
    role: str, may: bool, yard: Yard, person: Callable[[str], Person]
) -> None:
    model(yard, 20, 1)
    (case,) = judged(yard)
    actor = person(role)
    given = {"case_id": case.pk, "verdict": "batch", "text": "同批次连接片虚焊"}
    if not may:
        for serve in (watch_review, watch_close):
            with pytest.raises(NotPermitted):
                serve(actor, **given)
        case.refresh_from_db()
        assert case.state == watch_states.OPEN
        return
    closed = watch_review(actor, **given)
    assert (closed.state, closed.verdict, closed.closed_by) == ("closed", "batch", actor)
    assert AuditRow.objects.filter(action="watch.review", actor=actor, result="done").count() == 1
    with pytest.raises(WrongState):
        watch_review(actor, **given)


def test_each_queue_has_the_verdicts_that_fit_it(
    yard: Yard, person: Callable[[str], Person], safety_head: Person
) -> None:
    first, *_rest = model(yard, 20, 1)
    (case,) = judged(yard)
    single = WatchCase.objects.create(
        maker=yard.maker, vehicle=first, queue="long_offline", measure=1
    )
    engineer = person("quality_engineer")
    for verdict in ("safe", "moved", ""):
        with pytest.raises(BadInput):
            watch_review(engineer, case_id=case.pk, verdict=verdict, text="x")
    with pytest.raises(BadInput):
        watch_review(engineer, case_id=case.pk, verdict="batch", text=" ")
    with pytest.raises(BadInput):
        watch_close(safety_head, case_id=single.pk, verdict="batch", text="x")
    # neither verdict closes a case of the other sort
    with pytest.raises(NotPermitted):
        watch_close(safety_head, case_id=case.pk, verdict="false", text="x")
    with pytest.raises(NotFound):
        watch_review(engineer, case_id=single.pk, verdict="false", text="x")
    assert not WatchCase.objects.filter(state=watch_states.CLOSED).exists()


def test_another_makers_case_is_not_found(yard: Yard, other_maker: Maker) -> None:
    model(yard, 20, 1)
    (case,) = judged(yard)
    stranger = services.person_create(
        installation(), login="stranger", display_name="x", maker=other_maker,
        roles=["quality_engineer"],
    )  # fmt: skip
    with pytest.raises(NotFound):
        watch_review(stranger, case_id=case.pk, verdict="batch", text="x")


def test_the_database_keeps_one_open_case_of_a_model_and_no_case_of_nothing(
    yard: Yard, vehicle: Vehicle
) -> None:
    given = {"maker": yard.maker, "queue": "model_share", "measure": 1}
    WatchCase.objects.create(**given, subject="fault:A", model_name="A")
    WatchCase.objects.create(**given, subject="hazard:A", model_name="A")
    for wrong in (
        {"subject": "fault:A"},
        {"subject": ""},
        {"subject": "fault:B", "vehicle": vehicle},
        {"subject": "fault:B", "queue": "dense_parking"},
        {"subject": "fault:B", "queue": "long_offline", "vehicle": vehicle},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            WatchCase.objects.create(**{**given, **wrong})


# ---- its page


def test_the_page_lists_the_vehicles_with_the_way_to_their_alarms(
    yard: Yard, person: Callable[[str], Person]
) -> None:
    first, second, *_rest = model(yard, 20, 2)
    episode(yard, first, ago_d=3, level=4)
    (case,) = judged(yard)
    client = Client()
    client.force_login(person("quality_engineer"))
    page = html.unescape(client.get(f"/watch/{case.pk}/").content.decode())
    assert "示例轿跑 · 3 级及以上故障" in page
    assert "10\u2009%" in page
    assert page.index(f"/vehicles/{first.vin}/alarms/") < page.index(
        f"/vehicles/{second.vin}/alarms/"
    )
    assert ('id="review"' in page, 'id="close"' in page) == (True, False)
    given = {"step": "review", "review-verdict": "safe", "review-text": "x"}
    assert client.post(f"/watch/{case.pk}/", given).status_code == 422
    given |= {"review-verdict": "batch", "review-text": "同批次连接片虚焊"}
    assert client.post(f"/watch/{case.pk}/", given).status_code == 302
    listed = client.get("/watch/model-share/?kind=fault").content.decode()
    assert f"/watch/{case.pk}/" in listed
    assert (
        f"/watch/{case.pk}/" not in client.get("/watch/model-share/?kind=hazard").content.decode()
    )


def test_an_operator_reads_and_follows_a_model_but_has_no_verdict_on_it(
    yard: Yard, as_operator: Client
) -> None:
    model(yard, 20, 1)
    (case,) = judged(yard)
    page = as_operator.get(f"/watch/{case.pk}/").content.decode()
    assert ('id="contact"' in page, 'id="review"' in page) == (True, False)
    given = {"step": "review", "review-verdict": "batch", "review-text": "x"}
    as_operator.post(f"/watch/{case.pk}/", given)
    case.refresh_from_db()
    assert case.is_going
