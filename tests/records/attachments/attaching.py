"""Files that tests of attachments take in."""

from __future__ import annotations

from pathlib import Path

from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import Attachment, Person
from voltward.records.services import attachments as services

PDF = b"%PDF-1.7\n" + b"report " * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60


def add(
    actor: Person, record: str, content: bytes = PDF, name: str = "报告.pdf", kept: str = "y10"
) -> Attachment:
    parts = (content[at : at + 7] for at in range(0, len(content), 7))
    return services.attachment_add(
        actor, record_label=record, name=name, parts=parts, retention_class=kept
    )  # fmt: skip


def files(store: DiskStorage) -> list[Path]:
    return [path for path in store._folder.rglob("*") if path.is_file()]
