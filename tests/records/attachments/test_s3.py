"""Attachments in an S3-compatible store: signed, streamed both ways, never half kept, never altered unseen."""

from __future__ import annotations

import hashlib
import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.records.attachments.attaching import PDF, add
from tests.records.attachments.s3_server import (
    ACCESS,
    BUCKET,
    REGION,
    SECRET,
    S3Server,
    s3_server,
    signature,
)

from voltward.base.errors import BadSetting, NotFound
from voltward.base.settings import Settings
from voltward.entry.attachment_store import attachment_store
from voltward.records.attachments import scanning, storage
from voltward.records.attachments.incoming import PART_BYTES
from voltward.records.attachments.s3 import Bucket, S3Storage, StorageAway
from voltward.records.attachments.scanning import CommandScanner
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import Attachment, Person, StoredContent
from voltward.records.retention import Held
from voltward.records.selectors.people import installation
from voltward.records.services import attachment_contents as contents
from voltward.records.services import attachments as services
from voltward.records.services.holds import hold_lift, hold_place

pytestmark = pytest.mark.django_db
NONE = hashlib.sha256(b"").hexdigest()


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as made:
        yield made


@pytest.fixture
def bucket(server: S3Server) -> Bucket:
    return Bucket(BUCKET, ACCESS, SECRET, REGION, server.endpoint, "voltward")


@pytest.fixture
def s3(bucket: Bucket, tmp_path: Path) -> Iterator[S3Storage]:
    before, made = storage._source[0], S3Storage(tmp_path / "spool", bucket)
    storage.hand_in_storage(lambda: made)
    yield made
    storage.hand_in_storage(before)


def kept(server: S3Server) -> dict[str, bytes]:
    return {key: body for key, body in server.objects.items() if not key.endswith("/")}


def put(store: S3Storage, content: bytes) -> str:
    arrived = store.arrive(iter([content]), 1 << 30)
    try:
        store.keep(arrived)
    finally:
        store.discard(arrived)
    return arrived.sha256


# ---- the server of these tests judges signatures as the S3 API reference does

EXAMPLE = {
    "date": "20130524",
    "region": "us-east-1",
    "secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
EXAMPLE_HEADERS = {"host": "examplebucket.s3.amazonaws.com", "x-amz-date": "20130524T000000Z"}
PLAIN = "host;x-amz-content-sha256;x-amz-date"
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()


@pytest.mark.parametrize(
    ("method", "path", "query", "more", "signed", "payload", "expected"),
    [
        ("GET", "/test.txt", "", {"range": "bytes=0-9"}, "host;range;x-amz-content-sha256;x-amz-date",
         NONE, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test%24file.text", "",
         {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
         "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
         WELCOME, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/", "lifecycle=", {}, PLAIN, NONE,
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/", "max-keys=2&prefix=J", {}, PLAIN, NONE,
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)  # fmt: skip
def test_the_published_examples_have_their_published_signatures(
    method: str,
    path: str,
    query: str,
    more: dict[str, str],
    signed: str,
    payload: str,
    expected: str,
) -> None:
    """Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Examples"."""
    headers = {**EXAMPLE_HEADERS, "x-amz-content-sha256": payload, **more}
    made = signature(method, path, query, headers, signed, payload, **EXAMPLE)
    assert made == expected


def test_a_wrong_secret_is_refused_and_nothing_is_kept(
    server: S3Server, bucket: Bucket, tmp_path: Path
) -> None:
    wrong = Bucket(BUCKET, ACCESS, "another", REGION, server.endpoint)
    with pytest.raises(StorageAway, match="ACCESS_DENIED") as told:
        put(S3Storage(tmp_path, wrong), PDF)
    assert "signature" in server.refused
    assert "another" not in str(told.value) + repr(wrong)
    assert put(S3Storage(tmp_path, bucket), PDF)
    assert len(kept(server)) == 1


# ---- as attachments


def test_a_file_goes_to_the_bucket_under_its_digest_and_comes_back(
    safety_head: Person, record: str, s3: S3Storage, server: S3Server, tmp_path: Path
) -> None:
    row = add(safety_head, record)
    assert kept(server) == {f"voltward/{row.content_id[:2]}/{row.content_id}": PDF}
    _row, parts = services.attachment_taken(safety_head, attachment_id=row.pk)
    assert b"".join(parts) == PDF
    assert list(s3.names()) == [row.content_id]
    assert [path for path in (tmp_path / "spool").rglob("*") if path.is_file()] == []
    assert server.refused == []


def test_one_content_is_sent_once_however_often_it_is_used(
    safety_head: Person, record: str, s3: S3Storage, server: S3Server
) -> None:
    add(safety_head, record)
    writes = server.methods.count("PUT")
    add(safety_head, record, name="副本.pdf")
    assert server.methods.count("PUT") == writes
    assert len(kept(server)) == StoredContent.objects.count() == 1


def test_a_large_file_is_in_memory_in_parts_only(s3: S3Storage, server: S3Server) -> None:
    part = bytes(PART_BYTES)
    arrived = s3.arrive((part for _ in range(160)), 1 << 30)  # 40 MiB
    tracemalloc.start()
    s3.keep(arrived)
    size = sum(len(one) for one in s3.parts(arrived.sha256))
    tracemalloc.stop()
    assert size == 160 * PART_BYTES
    assert server.largest_body < 11 << 20


def test_a_legal_hold_keeps_the_object_and_its_end_lets_it_go(
    safety_head: Person, record: str, s3: S3Storage, server: S3Server,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    row = add(safety_head, record)
    hold = hold_place(safety_head, reason="诉讼", records=[f"Attachment:{row.pk}"])
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Held):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="传错")
    assert contents.contents_sweep() == 0
    assert len(kept(server)) == 1
    hold_lift(safety_head, hold_id=hold.pk, reason="结案")
    with django_capture_on_commit_callbacks(execute=True):
        services.attachment_delete(safety_head, attachment_id=row.pk, reason="传错")
    assert kept(server) == {}


def test_what_no_row_names_is_swept_from_the_bucket(
    safety_head: Person, record: str, s3: S3Storage, server: S3Server
) -> None:
    used = add(safety_head, record)
    put(s3, b"left behind by a crash")
    assert contents.contents_sweep() == 1
    assert list(s3.names()) == [used.content_id]


def test_a_scanner_gets_a_local_file_that_is_gone_afterwards(
    safety_head: Person, record: str, s3: S3Storage, tmp_path: Path
) -> None:
    before = scanning._source[0]
    scanning.hand_in_scanner(lambda: CommandScanner(("cp", "-t", str(tmp_path / "copies"))))
    (tmp_path / "copies").mkdir()
    try:
        row = add(safety_head, record)
        assert contents.contents_scan(installation()) == 1
    finally:
        scanning.hand_in_scanner(before)
    assert [path.read_bytes() for path in (tmp_path / "copies").iterdir()] == [PDF]
    assert [path for path in (tmp_path / "spool").rglob("*") if path.is_file()] == []
    assert StoredContent.objects.get(pk=row.content_id).scan == "clean"


# ---- when the store fails


def test_a_content_that_the_store_altered_never_goes_out_whole(
    s3: S3Storage, server: S3Server
) -> None:
    sha256 = put(s3, PDF * 2000)
    key = next(iter(kept(server)))
    server.objects[key] = server.objects[key][:-1] + b"!"
    got: list[bytes] = []
    with pytest.raises(StorageAway, match="something else"):
        got.extend(s3.parts(sha256))
    assert sum(map(len, got)) < len(PDF * 2000)


def test_an_upload_that_fails_leaves_no_row_and_no_half(
    safety_head: Person, record: str, s3: S3Storage, server: S3Server, tmp_path: Path
) -> None:
    server.faults["PUT"] = (500, "InternalError")
    with pytest.raises(StorageAway, match="voltward"):
        add(safety_head, record)
    server.faults.clear()
    assert kept(server) == {}
    assert not Attachment.objects.exists()
    assert [path for path in (tmp_path / "spool").rglob("*") if path.is_file()] == []
    add(safety_head, record)


def test_a_page_says_that_the_store_is_away(
    as_safety_head: Client, safety_head: Person, record: str, s3: S3Storage, server: S3Server
) -> None:
    row = add(safety_head, record)
    server.faults["HEAD"] = (403, "AccessDenied")
    answer = as_safety_head.get(f"/attachments/{row.pk}/")
    assert answer.status_code == 503
    assert ACCESS not in answer.content.decode()


def test_nobody_answering_is_told_and_a_missing_content_is_not_found(
    s3: S3Storage, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        s3.parts("ab" * 32)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    away = S3Storage(tmp_path, Bucket(BUCKET, ACCESS, SECRET, REGION, f"http://127.0.0.1:{port}"))
    with pytest.raises(StorageAway):
        away.parts("ab" * 32)


# ---- as a setting


def test_the_setting_chooses_the_store_and_says_what_is_missing(
    server: S3Server, tmp_path: Path
) -> None:
    assert isinstance(attachment_store(Settings(data=tmp_path)), DiskStorage)
    named: dict[str, Any] = {
        "data": tmp_path, "attachment_s3_bucket": BUCKET, "attachment_s3_region": REGION,
        "attachment_s3_endpoint": server.endpoint,
    }  # fmt: skip
    with pytest.raises(BadSetting, match="attachment_s3_secret_file"):
        attachment_store(Settings(**named))
    secret = tmp_path / "secret"
    named |= {"attachment_s3_access_key": ACCESS, "attachment_s3_secret_file": secret}
    with pytest.raises(BadSetting, match="secret"):
        attachment_store(Settings(**named))
    secret.write_text("old\n")
    old = attachment_store(Settings(**named))
    secret.write_text(SECRET + "\n")
    store = attachment_store(Settings(**named))
    assert isinstance(store, S3Storage)
    assert store is not old
    assert b"".join(store.parts(put(store, PDF))) == PDF


@pytest.mark.parametrize("endpoint", ["http://s3.example.com", "ftp://127.0.0.1", "https://h/path"])
def test_an_address_in_the_clear_or_none_at_all_is_refused(endpoint: str) -> None:
    with pytest.raises(BadSetting, match="attachment_s3_endpoint"):
        Bucket(BUCKET, ACCESS, SECRET, REGION, endpoint).client()
