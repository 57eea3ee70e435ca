"""Attachments: taken in part by part, checked by content, kept once, on disk before their row."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.records.attachments.attaching import PDF, PNG, add, files

from voltward.base.errors import BadInput
from voltward.pages.export import as_xlsx
from voltward.records import days
from voltward.records.attachments import incoming
from voltward.records.attachments.kinds import KINDS, kind_of
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import (
    Attachment,
    AttachmentLimit,
    AuditRow,
    Person,
    StoredContent,
)
from voltward.records.selectors import attachments as selectors
from voltward.records.services import attachment_contents as contents
from voltward.records.services import attachments as services

pytestmark = pytest.mark.django_db


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
        days.today(),
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
    part = b"%PDF-" + bytes(incoming.PART_BYTES - 5)
    tracemalloc.start()
    row = services.attachment_add(
        safety_head, record_label=record, name="a.pdf", parts=(part for _ in range(200)),
        retention_class="y10",
    )  # fmt: skip
    size = sum(len(one) for one in store.parts(row.content_id))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == row.content.size_bytes == 200 * incoming.PART_BYTES  # 50 MiB
    assert peak < 8 << 20


def test_a_stream_over_the_limit_is_not_read_to_its_end_and_leaves_nothing(
    safety_head: Person, record: str, store: DiskStorage
) -> None:
    AttachmentLimit.objects.create(
        max_bytes=1 << 20,
        slip_hours=24,
        source="x",
        confidence="own",
        effective_from=days.today(),
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
        incoming.os,
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
