"""Attachments: taken in part by part, kept once, handed out on record, gone when they may go."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from django.utils import timezone
from tests.conftest import _person

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.pages.export import as_xlsx
from voltward.records import approvals
from voltward.records import selectors as people
from voltward.records.attachments import owners, scanning, storage
from voltward.records.attachments.kinds import KINDS, kind_of
from voltward.records.attachments.scanning import CommandScanner, scanner_of
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import (
    Attachment,
    AttachmentLimit,
    AuditRow,
    LegalHold,
    Person,
    StoredContent,
)
from voltward.records.retention import Held, StillKept
from voltward.records.selectors import attachments as selectors
from voltward.records.services import attachment_contents as contents
from voltward.records.services import attachments as services
from voltward.records.services.holds import hold_lift, hold_place

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"report " * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[DiskStorage]:
    before, made = storage._source[0], DiskStorage(tmp_path / "attachments")
    storage.hand_in_storage(lambda: made)
    yield made
    storage.hand_in_storage(before)


@pytest.fixture
def hold(safety_head: Person) -> LegalHold:
    """A record of records/ itself that may have attachments: the court's letter hangs on the hold."""
    return hold_place(safety_head, reason="诉讼", records=["Vehicle:1"])


@pytest.fixture
def record(hold: LegalHold) -> str:
    return f"LegalHold:{hold.pk}"


def add(
    actor: Person, record: str, content: bytes = PDF, name: str = "报告.pdf", kept: str = "y10"
) -> Attachment:
    parts = (content[at : at + 7] for at in range(0, len(content), 7))
    return services.attachment_add(
        actor, record_label=record, name=name, parts=parts, retention_class=kept
    )  # fmt: skip


def files(store: DiskStorage) -> list[Path]:
    return [path for path in store._folder.rglob("*") if path.is_file()]


# ---- taking in


def test_a_file_lies_under_its_digest_readable_by_its_owner_only(
    safety_head: Person, record: str, store: DiskStorage
) -> None:
    row = add(safety_head, record)
    path = store.path(row.content_id)
    assert path.read_bytes() == PDF
    assert (
        path.parent.relative_to(store._folder).as_posix()
        == f"{row.content_id[:2]}/{row.content_id[2:4]}"
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert store._folder.stat().st_mode & 0o777 == 0o700
    assert (row.media_type, row.content.scan, row.kept_from) == (
        "application/pdf",
        "not_scanned",
        timezone.localdate(),
    )
    assert AuditRow.objects.get(action="attachment.add").after["sha256"] == row.content_id


def test_one_content_is_kept_once_however_often_it_is_used(
    safety_head: Person, record: str, store: DiskStorage
) -> None:
    first, second = add(safety_head, record), add(safety_head, record, name="副本.pdf")
    assert first.content_id == second.content_id
    assert len(files(store)) == StoredContent.objects.count() == 1
    assert [row.name for row in selectors.attachment_of_record(safety_head, record)] == [
        "报告.pdf",
        "副本.pdf",
    ]


def test_a_stream_is_never_whole_in_memory(
    safety_head: Person, record: str, store: DiskStorage
) -> None:
    part = b"%PDF-" + bytes(storage.PART_BYTES - 5)
    tracemalloc.start()
    row = services.attachment_add(
        safety_head, record_label=record, name="a.pdf", parts=(part for _ in range(200)),
        retention_class="y10",
    )  # fmt: skip
    size = sum(len(one) for one in store.parts(row.content_id))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == row.content.size_bytes == 200 * storage.PART_BYTES  # 50 MiB
    assert peak < 8 << 20


def test_a_stream_over_the_limit_is_not_read_to_its_end_and_leaves_nothing(
    safety_head: Person, record: str, store: DiskStorage
) -> None:
    AttachmentLimit.objects.create(
        max_bytes=1 << 20,
        slip_hours=24,
        source="x",
        confidence="own",
        effective_from=timezone.localdate(),
    )
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield PDF.ljust(1 << 16, b"x")

    with pytest.raises(BadInput, match="more than"):
        services.attachment_add(
            safety_head, record_label=record, name="a.pdf", parts=endless(), retention_class="y10"
        )
    assert read == 17
    assert files(store) == []
    assert not Attachment.objects.exists()


def test_the_first_limit_is_two_hundred_mebibytes_and_comes_with_its_source() -> None:
    limit = selectors.limit_in_force()
    assert (limit.max_bytes, limit.confidence) == (200 << 20, "own")
    assert limit.source


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"), ("a", PDF), ("a.pdf", b"MZ\x90"), ("a.png", PDF), ("a.pdf.html", b"<html>"),
        ("a.svg", b"<svg/>"), ("a.txt", b"\0\1"), ("a.txt", b"#!/bin/sh"), ("a.csv", b" <script>"),
        ("a.docx", b"PK\x03\x04" + b"x" * 50), ("a.pdf", b""), ("..", PDF), (f"{'a' * 200}.pdf", PDF),
    ],
)  # fmt: skip
def test_what_is_not_let_in_leaves_neither_row_nor_file(
    safety_head: Person, record: str, store: DiskStorage, name: str, content: bytes
) -> None:
    with pytest.raises(BadInput):
        add(safety_head, record, content, name)
    assert files(store) == []
    assert not Attachment.objects.exists()
    assert not StoredContent.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("A.PDF", PDF, "application/pdf"), ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"), ("a.txt", "事故经过".encode("gb18030"), "text/plain"),
        ("a.csv", "﻿车架号,时间".encode(), "text/csv"), ("a.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("a.xlsx", as_xlsx("x", ["a"], [["b"]]).content, KINDS[7].media_type),
    ],
)  # fmt: skip
def test_kinds_are_known_by_name_and_content(name: str, content: bytes, media_type: str) -> None:
    assert kind_of(name, content, content).media_type == media_type


def test_names_lose_their_path_and_what_cannot_be_printed() -> None:
    assert services.clean_name("C:\\temp\\..\\a\r\nb\u202e.pdf") == "ab.pdf"
    assert services.clean_name("../../etc/报告.pdf ") == "报告.pdf"


def test_the_content_is_on_disk_under_its_name_before_the_row_is_made(
    safety_head: Person, record: str, store: DiskStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        storage.os,
        "fsync",
        lambda number: synced.append(str(Path(f"/proc/self/fd/{number}").readlink())),
    )

    def crash(**values: Any) -> Attachment:
        content = values["content"]
        assert store.path(content.pk).read_bytes() == PDF
        raise SystemExit  # the process is killed here

    monkeypatch.setattr(Attachment.objects, "create", crash)
    with pytest.raises(SystemExit):
        add(safety_head, record)
    assert any("/incoming/" in path for path in synced)
    assert any(path.endswith("attachments") for path in synced)
    assert not StoredContent.objects.exists()
    assert contents.contents_sweep() == 1  # what the crash left behind
    assert files(store) == []


def test_uploads_that_ended_in_the_middle_are_swept_after_a_day(store: DiskStorage) -> None:
    folder = store._made(store._folder / "incoming")
    (folder / "old").write_bytes(b"x")
    (folder / "young").write_bytes(b"x")
    os.utime(folder / "old", (0, 0))
    assert contents.contents_sweep() == 1
    assert [path.name for path in files(store)] == ["young"]


def test_the_sweep_leaves_what_is_used(
    safety_head: Person, record: str, store: DiskStorage
) -> None:
    add(safety_head, record)
    assert contents.contents_sweep() == 0
    assert len(files(store)) == 1


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

    content = PDF + b"x" * (2 * storage.PART_BYTES)
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


# ---- deleting


def test_a_slip_is_taken_back_on_the_same_day_by_whoever_made_it(
    safety_head: Person, record: str, store: DiskStorage, django_capture_on_commit_callbacks: Any
) -> None:
    row = add(safety_head, record)
    with django_capture_on_commit_callbacks(execute=True):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="传错")
    assert not Attachment.objects.exists()
    assert not StoredContent.objects.exists()
    assert files(store) == []
    kept = AuditRow.objects.get(action="attachment.delete")
    assert (kept.subject, kept.after, kept.before["name"]) == (
        f"Attachment:{row.pk}",
        {"reason": "传错"},
        "报告.pdf",
    )


def test_a_content_that_another_use_needs_stays(
    safety_head: Person, record: str, store: DiskStorage, django_capture_on_commit_callbacks: Any
) -> None:
    row, other = add(safety_head, record), add(safety_head, record, name="b.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    assert b"".join(store.parts(other.content_id)) == PDF


def test_what_a_rule_keeps_is_not_deleted_by_hand(
    safety_head: Person, record: str, maker: Any
) -> None:
    row = add(safety_head, record)
    Attachment.objects.update(uploaded_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(StillKept):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    colleague = _person("second-head", "safety_head", maker)
    Attachment.objects.update(uploaded_at=timezone.now())
    with pytest.raises(StillKept):  # no slip of the colleague's
        services.attachment_delete(colleague, attachment_id=row.pk, reason="x")
    Attachment.objects.update(kept_from=date(2010, 1, 1))
    services.attachment_delete(colleague, attachment_id=row.pk, reason="期满")
    assert not Attachment.objects.exists()


def test_deleting_needs_a_reason(safety_head: Person, record: str) -> None:
    row = add(safety_head, record)
    with pytest.raises(BadInput):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason=" ")
    assert Attachment.objects.exists()


@pytest.mark.parametrize("named", ["record", "attachment"])
def test_a_hold_on_the_record_or_on_the_file_stops_deletion_by_hand(
    safety_head: Person, as_safety_head: Client, record: str, named: str
) -> None:
    row = add(safety_head, record)
    held = record if named == "record" else f"Attachment:{row.pk}"
    stop = hold_place(safety_head, reason="调查", records=[held])
    with pytest.raises(Held):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    page = as_safety_head.post(f"/attachments/{row.pk}/delete/", {"reason": "x"}, follow=True)
    assert "法律保全中" in page.content.decode()
    assert Attachment.objects.exists()
    hold_lift(safety_head, hold_id=stop.pk, reason="结案")
    services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    assert not Attachment.objects.exists()


def test_a_broken_build_that_ignores_holds_would_be_caught(
    safety_head: Person, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = add(safety_head, record)
    hold_place(safety_head, reason="调查", records=[record])
    monkeypatch.setattr(services, "hold_checked", lambda maker_id, labels: None)
    services.attachment_delete(safety_head, attachment_id=row.pk, reason="x")
    assert not Attachment.objects.exists()


def test_a_document_in_force_counts_its_years_from_when_it_is_replaced(
    safety_head: Person, record: str
) -> None:
    row = add(safety_head, record, kept="policy")
    assert row.kept_from is None
    assert (
        services.attachment_period_begin(safety_head, attachment_id=row.pk).kept_from
        == timezone.localdate()
    )
    with pytest.raises(BadInput):
        services.attachment_period_begin(safety_head, attachment_id=row.pk)


# ---- scanning


def command(tmp_path: Path, text: str) -> CommandScanner:
    script = tmp_path / "scan.sh"
    script.write_text(text)
    return CommandScanner(("/bin/sh", str(script)), deadline_s=5)


@pytest.fixture
def scanned(tmp_path: Path) -> Iterator[list[Any]]:
    holder: list[Any] = [command(tmp_path, 'grep -q EICAR "$1" && exit 1; exit 0')]
    scanning.hand_in_scanner(lambda: holder[0])
    yield holder
    scanning.hand_in_scanner(lambda: None)


def test_a_file_is_in_quarantine_until_the_scanner_lets_it_through(
    safety_head: Person, as_safety_head: Client, record: str, scanned: list[Any]
) -> None:
    row = add(safety_head, record)
    assert row.content.scan == "waiting"
    with pytest.raises(services.Quarantined):
        services.attachment_taken(safety_head, attachment_id=row.pk)
    assert as_safety_head.get(f"/attachments/{row.pk}/").status_code == 302
    assert not AuditRow.objects.filter(action="attachment.read").exists()
    assert contents.contents_scan(people.installation()) == 1
    assert b"".join(services.attachment_taken(safety_head, attachment_id=row.pk)[1]) == PDF
    assert AuditRow.objects.get(action="attachment.scan").after["scan"] == "clean"


def test_an_infected_file_stays_in_quarantine(
    safety_head: Person, record: str, scanned: list[Any]
) -> None:
    row = add(safety_head, record, PDF + b"EICAR")
    assert contents.contents_scan(people.installation()) == 1
    with pytest.raises(services.Quarantined):
        services.attachment_taken(safety_head, attachment_id=row.pk)


@pytest.mark.parametrize("text", ["exit 2", "kill -9 $$"])
def test_a_scanner_without_a_verdict_is_asked_again(
    safety_head: Person, record: str, scanned: list[Any], tmp_path: Path, text: str
) -> None:
    row = add(safety_head, record)
    good, scanned[0] = scanned[0], command(tmp_path / "..", text)
    assert contents.contents_scan(people.installation()) == 0
    scanned[0] = CommandScanner(("/no/such/scanner",))
    assert contents.contents_scan(people.installation()) == 0
    assert StoredContent.objects.get(pk=row.content_id).scan == "waiting"
    scanned[0] = good
    assert contents.contents_scan(people.installation()) == 1


def test_nobody_but_the_platform_gives_verdicts(
    safety_head: Person, record: str, scanned: list[Any]
) -> None:
    add(safety_head, record)
    with pytest.raises(NotPermitted):
        contents.contents_scan(safety_head)
    assert StoredContent.objects.get().scan == "waiting"


def test_a_setting_names_the_scanner() -> None:
    assert scanner_of("") is None
    assert scanner_of("clamdscan --no-summary") == CommandScanner(("clamdscan", "--no-summary"))


# ---- the limit


def test_another_limit_needs_a_second_person(safety_head: Person, maker: Any) -> None:
    dpo = _person("dpo", "data_protection_officer", maker)
    wish = services.attachment_limit_propose(
        safety_head, max_bytes=500 << 20, slip_hours=2, source="评审纪要 12", reason="视频"
    )
    with pytest.raises(NotPermitted):
        approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert AttachmentLimit.objects.count() == 1
    approvals.approval_accept(dpo, approval_id=wish.pk)
    fresh = AttachmentLimit.objects.latest("effective_from")
    assert (fresh.max_bytes, fresh.slip_hours) == (500 << 20, 2)
    assert selectors.limit_in_force().max_bytes == 200 << 20  # from tomorrow
    with pytest.raises(WrongState):
        approvals.approval_accept(dpo, approval_id=wish.pk)


def test_an_operator_proposes_no_limit_and_a_senseless_one_is_refused(
    operator: Person, safety_head: Person
) -> None:
    good: dict[str, Any] = {"max_bytes": 1 << 21, "slip_hours": 2, "source": "x", "reason": ""}
    with pytest.raises(NotPermitted):
        services.attachment_limit_propose(operator, **good)
    for wrong in ({"max_bytes": 1}, {"slip_hours": 1000}, {"source": " "}):
        with pytest.raises(BadInput):
            services.attachment_limit_propose(safety_head, **good | wrong)


def test_rooms_name_the_records_that_may_have_attachments(
    safety_head: Person, store: DiskStorage
) -> None:
    owners.register(
        owners.Owner("Person", "home.read", lambda actor, key: people.person_by_login(actor.login))
    )
    try:
        assert (
            add(safety_head, f"Person:{safety_head.pk}", PNG, "a.png").record
            == f"Person:{safety_head.pk}"
        )
    finally:
        del owners.OWNERS["Person"]
