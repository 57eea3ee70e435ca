"""Attachments: who may take them in and out, and how their pages answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from tests.conftest import _person
from tests.records.attachments.attaching import PDF, add, files

from voltward.base.errors import NotFound, NotPermitted
from voltward.records.attachments import incoming
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import (
    Attachment,
    AuditRow,
    LegalHold,
    Person,
)
from voltward.records.selectors import attachments as selectors
from voltward.records.services import attachments as services

pytestmark = pytest.mark.django_db


# ---- who may


def test_without_the_grant_nothing_is_taken_in(
    system_admin: Person, record: str, store: DiskStorage
) -> None:
    with pytest.raises(NotPermitted):
        add(system_admin, record)
    assert files(store) == []
    assert AuditRow.objects.get(action="attachment.add").result == "refused"


@pytest.mark.parametrize(
    "label", ["LegalHold:0", "LegalHold:007", "LegalHold:", "Nothing:1", "LegalHold:1x", "x"]
)
def test_an_unknown_record_is_not_found(
    safety_head: Person, label: str, store: DiskStorage
) -> None:
    with pytest.raises(NotFound):
        add(safety_head, label)
    assert files(store) == []


def test_another_makers_record_and_attachments_look_like_none(
    safety_head: Person, record: str, other_maker: Any, store: DiskStorage
) -> None:
    row = add(safety_head, record)
    stranger = _person("stranger", "safety_head", other_maker)
    client = Client()
    client.force_login(stranger)
    for call in (
        lambda: add(stranger, record),
        lambda: services.attachment_taken(stranger, attachment_id=row.pk),
        lambda: services.attachment_delete(stranger, attachment_id=row.pk, reason="x"),
        lambda: services.attachment_period_begin(stranger, attachment_id=row.pk),
    ):
        with pytest.raises(NotFound):
            call()
    assert client.get(f"/attachments/{row.pk}/").status_code == 404
    assert client.get(f"/attachments/of/{record}/").status_code == 404
    assert client.post(f"/attachments/{row.pk}/delete/", {"reason": "x"}).status_code == 404
    assert Attachment.objects.count() == 1


def test_who_may_not_see_the_record_does_not_see_its_attachments(
    safety_head: Person, operator: Person, record: str
) -> None:
    row = add(safety_head, record)
    with pytest.raises(NotFound):  # an operator holds attachment.read, and no hold.manage
        services.attachment_taken(operator, attachment_id=row.pk)


def test_a_broken_build_that_does_not_ask_for_the_record_would_be_caught(
    safety_head: Person, operator: Person, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = add(safety_head, record)
    monkeypatch.setattr(selectors, "owner_checked", lambda actor, label: None)
    assert services.attachment_taken(operator, attachment_id=row.pk)[0] == row


# ---- pages


def test_a_page_takes_a_file_in_and_hands_it_out_as_a_download(
    as_safety_head: Client, hold: LegalHold, record: str
) -> None:
    answer = as_safety_head.post(
        f"/attachments/of/{record}/add/",
        {
            "file": SimpleUploadedFile("判决书 1.pdf", PDF),
            "retention_class": "y10",
            "next": f"/holds/{hold.pk}/",
        },
    )
    assert answer["Location"] == f"/holds/{hold.pk}/"
    row = Attachment.objects.get()
    page = as_safety_head.get(f"/holds/{hold.pk}/").content.decode()
    assert "判决书 1.pdf" in page
    assert f"/attachments/{row.pk}/" in page
    taken = as_safety_head.get(f"/attachments/{row.pk}/")
    assert b"".join(taken.streaming_content) == PDF  # type: ignore[attr-defined]
    assert taken["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%88%A4")
    assert taken["X-Content-Type-Options"] == "nosniff"
    assert taken["Content-Type"] == "application/octet-stream"
    assert AuditRow.objects.get(action="attachment.read").subject == f"Attachment:{row.pk}"


@pytest.mark.django_db(transaction=False)
def test_under_asgi_a_file_goes_out_part_by_part(safety_head: Person, record: str) -> None:
    from asgiref.sync import async_to_sync

    content = PDF + b"x" * (2 * incoming.PART_BYTES)
    row = add(safety_head, record, content)
    client = AsyncClient()
    client.force_login(safety_head)

    async def taken() -> list[bytes]:
        answer = await client.get(f"/attachments/{row.pk}/")
        return [part async for part in answer.streaming_content]  # type: ignore[attr-defined]

    parts = async_to_sync(taken)()
    assert b"".join(parts) == content
    assert len(parts) == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "文件类型不在允许范围"),
        ("a.pdf", b"", "文件是空的"),
        ("", b"", "请选择文件"),
    ],
)
def test_a_refused_file_is_said_in_words(
    as_safety_head: Client, record: str, name: str, content: bytes, said: str
) -> None:
    form: dict[str, Any] = {"retention_class": "y10"}
    if name:
        form["file"] = SimpleUploadedFile(name, content)
    answer = as_safety_head.post(f"/attachments/of/{record}/add/", form, follow=True)
    assert said in answer.content.decode()


def test_the_way_back_never_leads_to_another_site(as_safety_head: Client, record: str) -> None:
    answer = as_safety_head.post(
        f"/attachments/of/{record}/add/", {"next": "https://evil.example/"}
    )
    assert answer["Location"] == f"/attachments/of/{record}/"
