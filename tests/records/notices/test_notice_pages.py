"""The pages of notices: inbox and bell, own settings, and what the administration sees."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape
from tests.answers import body_of
from tests.records.notices.conftest import SECRET, late

from voltward.records.models import (
    Acknowledgement,
    AuditRow,
    Channel,
    Delivery,
    EscalationChain,
    NoticeSetting,
    NoticeTemplate,
    Person,
)
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.services.notices import notice_acknowledge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
ADMINISTRATION = [
    "/notices/", "/notices/channels/", "/notices/channels/add/", "/notices/channels/add/email/",
    "/notices/channels/add/feishu/", "/notices/channels/add/sms/", "/notices/chains/",
    "/notices/chains/add/", "/notices/templates/", "/notices/templates/clock_late/zh-hans/",
    "/notices/templates/alarm/en/",
]  # fmt: skip


def text_of(client: Client, path: str) -> str:
    return body_of(client.get(path)).decode()


def test_the_bell_counts_what_is_unread(as_operator: Client, operator: Person) -> None:
    assert "条未读" not in text_of(as_operator, "/account/")
    notice = late(operator, operator)
    late(operator, operator)
    assert "2 条未读" in text_of(as_operator, "/account/")
    as_operator.get(f"/inbox/{notice.pk}/")
    assert "1 条未读" in text_of(as_operator, "/account/")
    as_operator.post("/inbox/read/")
    assert "条未读" not in text_of(as_operator, "/account/")


def test_an_empty_inbox_says_what_fills_it(as_operator: Client) -> None:
    assert "还没有通知" in text_of(as_operator, "/inbox/")


def test_the_inbox_shows_my_notices_in_my_language_and_nobody_elses(
    as_operator: Client, operator: Person, safety_head: Person
) -> None:
    late(operator, operator)
    late(operator, safety_head, severity=1)
    text = text_of(as_operator, "/inbox/")
    assert "时限已超：报告" in text
    assert "共 1 条" in text
    as_operator.cookies["voltward_language"] = "en"
    assert "Overdue: 报告" in text_of(as_operator, "/inbox/")


@pytest.mark.parametrize(
    ("query", "found"),
    [("reading=unread", True), ("reading=unseen", True), ("severity=3", True), ("severity=1", False),
     ("kind=clock_late", True), ("kind=alarm", False)],
)  # fmt: skip
def test_the_inbox_is_filtered(
    as_operator: Client, operator: Person, query: str, found: bool
) -> None:
    late(operator, operator)
    assert ("时限已超：报告" in text_of(as_operator, f"/inbox/?{query}")) is found


def test_what_was_acknowledged_leaves_the_filter_of_unseen(
    as_operator: Client, operator: Person
) -> None:
    notice = late(operator, operator)
    notice_acknowledge(operator, notice_id=notice.pk)
    assert "没有符合筛选条件的记录" in text_of(as_operator, "/inbox/?reading=unseen")


def test_a_notice_is_acknowledged_by_its_button_and_leads_to_its_subject(
    as_operator: Client, operator: Person
) -> None:
    notice = late(operator, operator, path="/vehicles/LVVDB11B0RE000001/")
    page = text_of(as_operator, f"/inbox/{notice.pk}/")
    assert 'href="/vehicles/LVVDB11B0RE000001/"' in page
    assert "确认收到</button>" in page
    assert as_operator.post(f"/inbox/{notice.pk}/acknowledge/").status_code == 302
    assert "确认收到</button>" not in text_of(as_operator, f"/inbox/{notice.pk}/")
    as_operator.post(f"/inbox/{notice.pk}/acknowledge/")
    assert Acknowledgement.objects.count() == 1


def test_a_notice_that_was_not_for_me_is_not_found(
    as_operator: Client, operator: Person, other_operator: Person
) -> None:
    notice = late(other_operator, other_operator)
    assert as_operator.get(f"/inbox/{notice.pk}/").status_code == 404
    assert as_operator.post(f"/inbox/{notice.pk}/acknowledge/").status_code == 404
    assert not Acknowledgement.objects.exists()


def test_a_value_with_markup_is_text_on_the_page(as_operator: Client, operator: Person) -> None:
    from django.db import transaction

    from voltward.records.services.notices import notice_send

    evil = "<script>alert(1)</script>"
    with transaction.atomic():
        notice = notice_send(
            operator, kind="import_finished", to=[operator],
            values={"file": evil, "rows": 1, "failed": 0},
        )  # fmt: skip
    page = text_of(as_operator, f"/inbox/{notice.pk}/")
    assert evil not in page
    assert escape(evil) in page


# ---- my settings


def test_my_settings_are_saved_and_shown_to_me(as_operator: Client) -> None:
    given = {"first": "sms", "second": "email", "third": "", "language": "en", "phone": "13800007777",
             "email": "", "starts": "22:00", "ends": "07:00", "passes_from": "2"}  # fmt: skip
    assert as_operator.post("/account/notices/", given).status_code == 302
    setting = NoticeSetting.objects.get()
    assert (setting.order, setting.language) == (["sms", "email"], "en")
    page = text_of(as_operator, "/account/notices/")
    assert "13800007777" not in page
    assert 'placeholder="138****7777"' in page
    assert "22:00" in page


@pytest.mark.parametrize(
    "wrong", [{"starts": "22:00"}, {"email": "x"}, {"first": "pigeon"}, {"passes_from": "0"}]
)
def test_settings_that_make_no_sense_come_back_with_words(
    as_operator: Client, wrong: dict[str, str]
) -> None:
    answer = as_operator.post("/account/notices/", {"passes_from": "3", **wrong})
    assert answer.status_code == 422
    assert not NoticeSetting.objects.exists()


# ---- administration


@pytest.mark.parametrize("path", ADMINISTRATION)
def test_the_administration_is_for_those_who_manage_notices(
    as_operator: Client,
    as_safety_head: Client,
    as_system_admin: Client,
    as_nobody: Client,
    path: str,
) -> None:
    assert as_operator.get(path).status_code == 403
    assert as_nobody.get(path).status_code == 302
    assert as_safety_head.get(path).status_code == as_system_admin.get(path).status_code == 200


def test_a_channel_is_added_tested_and_closed_and_its_secret_is_never_shown(
    as_safety_head: Client,
) -> None:
    given = {"name": "值班群", "position": "5", "origin": "https://open.feishu.cn", "language": "en",
             "secret_hook": "canary-hook", "secret_secret": SECRET}  # fmt: skip
    made = as_safety_head.post("/notices/channels/add/feishu/", given)
    channel = Channel.objects.get()
    assert made["Location"] == f"/notices/channels/{channel.pk}/"
    page = text_of(as_safety_head, made["Location"])
    assert "发送测试消息" in page
    tested = as_safety_head.post(f"{made['Location']}test/")
    seen = page + text_of(as_safety_head, tested["Location"])
    seen += text_of(as_safety_head, "/notices/channels/")
    seen += text_of(as_safety_head, "/notices/channels/?export=csv")
    seen += text_of(as_safety_head, "/audit/")
    assert "canary" not in seen
    changed = {**given, "name": "新名", "secret_hook": "", "secret_secret": ""}
    assert as_safety_head.post(made["Location"], changed).status_code == 302
    assert as_safety_head.post(f"{made['Location']}close/").status_code == 302
    channel.refresh_from_db()
    assert (channel.name, channel.closed_at is None, channel.sealed) == ("新名", False, None)
    assert "停用时间" in text_of(as_safety_head, made["Location"])


def test_a_channel_with_a_host_that_is_not_listed_comes_back_with_words(
    as_safety_head: Client,
) -> None:
    given = {"name": "x", "position": "5", "origin": "https://bad.example", "language": "en",
             "secret_hook": "canary-hook", "secret_secret": SECRET}  # fmt: skip
    answer = as_safety_head.post("/notices/channels/add/feishu/", given)
    assert answer.status_code == 422
    assert "外发名单" in answer.content.decode()
    assert "canary" not in answer.content.decode()
    assert not Channel.objects.exists()


def test_a_chain_is_made_and_changed_by_form(as_safety_head: Client, operator: Person) -> None:
    given = {"code": "urgent", "name": "紧急", "step1-whom": f"person:{operator.pk}",
             "step1-wait_min": "3", "step1-first": "sms", "step3-whom": "role:safety_head",
             "step3-wait_min": "5"}  # fmt: skip
    assert as_safety_head.post("/notices/chains/add/", given).status_code == 302
    chain = EscalationChain.objects.get()
    steps = chain.steps.order_by("order").values_list("order", "person", "role", "wait_min")
    assert list(steps) == [(1, operator.pk, "", 3), (2, None, "safety_head", 5)]
    page = text_of(as_safety_head, f"/notices/chains/{chain.pk}/")
    assert f'value="person:{operator.pk}" selected' in page
    answer = as_safety_head.post(f"/notices/chains/{chain.pk}/", {"name": "紧急"})
    assert answer.status_code == 422
    assert chain.steps.count() == 2
    assert "operator → 安全管理部门负责人" in text_of(as_safety_head, "/notices/chains/")
    as_safety_head.post(f"/notices/chains/{chain.pk}/close/")
    chain.refresh_from_db()
    assert chain.closed_at is not None


def test_the_delivery_record_shows_every_way_and_try_of_my_maker_alone(
    as_safety_head: Client, operator: Person, other_operator: Person
) -> None:
    late(operator, operator)
    late(other_operator, other_operator)
    notices_deliver()
    page = text_of(as_safety_head, "/notices/")
    assert "共 1 条" in page
    assert "operator" in page
    own = Delivery.objects.get(person=operator)
    foreign = Delivery.objects.get(person=other_operator)
    assert "已发出" in text_of(as_safety_head, f"/notices/{own.pk}/")
    assert as_safety_head.get(f"/notices/{foreign.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("state=waiting", True), ("state=failed", False), ("kind=inbox", True), ("kind=sms", False),
     ("what=clock_late", True), ("what=alarm", False), ("severity=3", True), ("person=operat", True),
     ("person=nobody", False)],
)  # fmt: skip
def test_the_delivery_record_is_filtered(
    as_safety_head: Client, operator: Person, query: str, found: bool
) -> None:
    late(operator, operator)
    assert ("共 1 条" in text_of(as_safety_head, f"/notices/?{query}")) is found


def test_an_export_of_the_delivery_record_is_recorded(
    as_safety_head: Client, operator: Person
) -> None:
    late(operator, operator)
    body_of(as_safety_head.get("/notices/?export=csv"))
    assert AuditRow.objects.get(action__endswith=".export").subject == "1 rows"


def test_a_notice_without_anybody_is_told_above_the_record(
    as_safety_head: Client, operator: Person
) -> None:
    from voltward.records.selectors.recipients import ToRole

    late(operator, ToRole("cyber_officer"))
    assert "有 1 条通知没有接收人" in text_of(as_safety_head, "/notices/")


def test_the_preview_masks_what_leaves_the_house_and_new_words_make_a_version(
    as_safety_head: Client,
) -> None:
    page = text_of(as_safety_head, "/notices/templates/alarm/en/")
    assert page.count("LVVDB11B0RE000001") == 1  # the inbox
    assert page.count("L＊＊＊0001") + page.count("L***0001") == 6
    path = "/notices/templates/alarm/en/"
    assert as_safety_head.post(path, {"title": "{rule}", "body": "{nothing}"}).status_code == 422
    assert as_safety_head.post(path, {"title": "Own {rule}", "body": "b"}).status_code == 302
    assert NoticeTemplate.objects.exclude(maker=None).get().title == "Own {rule}"
    assert as_safety_head.get("/notices/templates/alarm/fr/").status_code == 404
