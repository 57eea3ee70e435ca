"""Encryption and signature of a link: drafted by one, approved by another, kept without a secret."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from tests.exchange.platforms_made import agreed, approved, drafted

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.entry.link_snapshot import LinkPublisher
from voltward.exchange.models import PlatformCover, PlatformRevision, PublicPlatform
from voltward.exchange.platform_words import lines_of
from voltward.exchange.selectors.platforms import revision_in_force
from voltward.exchange.services import platforms as services
from voltward.exchange.services.platform_approving import uplink_propose
from voltward.exchange.services.platform_covers import uplink_cover
from voltward.exchange.services.platform_secrets import data_key_of
from voltward.records.models import AuditRow, Maker, Person
from voltward.seals.keys import Algorithm, canonical
from voltward.seals.own_keys import PrivateKeys
from voltward.uplink.links import Link, read_links

KEY, DATA_KEY, NEXT_KEY = bytes(range(32)), "0f" * 16, "a5" * 16
THEIRS = PrivateKeys()
AES = {"encryption": 3, "mode": "gcm"}
pytestmark = pytest.mark.django_db


def theirs(algorithm: Algorithm) -> str:
    return canonical(algorithm, THEIRS.public(algorithm)).hex()


def exchanged() -> dict[str, object]:
    return {
        "encryption": 5, "exchanges": True, "peer_key": theirs(Algorithm.SM2), "signature": "sm2",
    }  # fmt: skip


def published(folder: Path) -> Link:
    LinkPublisher(folder, KEY).publish()
    (found,) = read_links(folder, KEY).links
    return found


def test_what_two_people_agreed_reaches_the_uplink_with_its_key(
    tmp_path: Path, safety_head: Person, officer: Person
) -> None:
    row = drafted(safety_head)
    uplink_cover(safety_head, name="national", number=1, values=AES, data_key=DATA_KEY.upper())
    agreed(safety_head, officer, row)
    link = published(tmp_path)
    assert (link.encryption, link.cover.rule.mode, link.cover.data_key) == (3, "gcm", DATA_KEY)


def test_a_key_is_rotated_by_one_and_the_second_person_puts_it_in_force(
    tmp_path: Path, safety_head: Person, officer: Person
) -> None:
    row = drafted(safety_head, edition=2025, reports_2025=True)
    cover = {"name": "national", "values": exchanged(), "is_new_key": True}
    uplink_cover(safety_head, number=1, **cover)  # type: ignore[arg-type]
    agreed(safety_head, officer, row)
    before = published(tmp_path)
    again = services.uplink_draft(safety_head, name="national")
    assert data_key_of(again) == before.cover.data_key
    uplink_cover(safety_head, name="national", number=2, values={}, is_new_key=True)
    uplink_propose(safety_head, name="national", number=2, note="定期更换")
    assert published(tmp_path) == before  # one person alone changes nothing
    again.refresh_from_db()
    assert again.approval is not None
    from voltward.records.approvals import approval_accept

    approval_accept(officer, approval_id=again.approval.pk)
    after = published(tmp_path)
    assert after.cover.data_key not in ("", before.cover.data_key)
    assert (after.cover.signature, after.cover.peer_key) == ("sm2", theirs(Algorithm.SM2))


def test_no_data_key_is_in_a_row_a_trail_or_a_history(safety_head: Person, officer: Person) -> None:
    row = drafted(safety_head)
    uplink_cover(safety_head, name="national", number=1, values=AES, data_key=DATA_KEY)
    agreed(safety_head, officer, row)
    kept = [json.dumps([one.before, one.after]) for one in AuditRow.objects.all()]
    with connection.cursor() as cursor:
        for table in ("exchange_platformcover", "exchange_platformcoverevent"):
            cursor.execute(f"SELECT to_json(t)::text FROM {table} t")
            kept += [text for (text,) in cursor.fetchall()]
    assert not [text for text in kept if DATA_KEY in text or DATA_KEY.encode().hex() in text]
    assert AuditRow.objects.get(action="uplink.cover").after["data_key"] == "changed"
    assert not [text for _title, text in lines_of(row) if DATA_KEY in text]


def test_who_may_not_propose_covers_nothing_and_another_makers_draft_is_not_found(
    safety_head: Person, officer: Person, operator: Person, stranger: Person
) -> None:
    drafted(safety_head)
    for who, refusal in ((operator, NotPermitted), (stranger, NotFound)):
        with pytest.raises(refusal):
            uplink_cover(who, name="national", number=1, values=AES, data_key=DATA_KEY)
    approved(safety_head, officer, "city")
    with pytest.raises(WrongState):
        uplink_cover(safety_head, name="city", number=1, values=AES, data_key=DATA_KEY)
    assert not PlatformCover.objects.exists()


@pytest.mark.parametrize(
    ("values", "key", "where"),
    [
        ({"encryption": 4}, "", "encryption"),
        ({"encryption": 3, "mode": "ofb"}, DATA_KEY, "mode"),
        ({"encryption": 3, "mode": "gcm", "vector": "zero"}, DATA_KEY, "vector"),
        ({"encryption": 3}, "12", "data_key"),
        ({"encryption": 2, "peer_key": "00"}, "", "peer_key"),
        ({"signature": "sm2"}, "", "signature"),
        ({"cipher": "x"}, "", "cipher"),
    ],
)
def test_what_no_link_can_have_is_refused_and_nothing_is_written(
    safety_head: Person, values: dict[str, object], key: str, where: str
) -> None:
    drafted(safety_head)
    with pytest.raises(BadInput, match=f"^{where}"):
        uplink_cover(safety_head, name="national", number=1, values=values, data_key=key)
    assert not PlatformCover.objects.exists()
    assert PlatformRevision.objects.get().encryption == 1


def test_without_its_data_key_nothing_can_be_proposed(safety_head: Person) -> None:
    drafted(safety_head)
    uplink_cover(safety_head, name="national", number=1, values=AES)
    with pytest.raises(BadInput, match="data_key"):
        uplink_propose(safety_head, name="national", number=1, note="首次对接")


def test_the_form_saves_to_the_draft_and_says_what_is_wrong(
    as_safety_head: Client, as_operator: Client, safety_head: Person
) -> None:
    drafted(safety_head)
    path = "/exchange/links/national/1/cover/"
    form = {
        "encryption": 3, "mode": "cbc", "padding": "pkcs7", "vector": "prefix", "sm2": "c1c3c2",
        "rsa": "pkcs1", "wrap": "sm2", "valid_h": 720, "data_key": DATA_KEY, "signature": "",
        "peer_key": "",
    }  # fmt: skip
    assert as_operator.post(path, form).status_code in (403, 404)
    refused = as_safety_head.post(path, {**form, "encryption": 5})
    assert refused.status_code == 422
    assert refused.context["form"].errors["encryption"]
    assert as_safety_head.post(path, form).status_code == 302
    assert data_key_of(PlatformRevision.objects.get()) == DATA_KEY
    page = as_safety_head.get("/exchange/links/national/1/").content.decode()
    assert "AES-128" in page
    assert DATA_KEY not in page


def test_a_command_sets_encryption_and_turns_the_key(
    maker: Maker, tmp_path: Path, safety_head: Person
) -> None:
    files = {"password": "s3cret", "key": DATA_KEY, "next": NEXT_KEY, "wrong": "xy"}
    for name, content in files.items():
        (tmp_path / name).write_text(f"{content}\n")
    add = [
        "platform", "add", "city", "--address", "127.0.0.1:32961", "--edition", "2016", "--identity",
        "VOLTWARD000000001", "--user", "volt", "--password-file", str(tmp_path / "password"),
        "--encryption", "aes", "--cipher-mode", "cbc",
    ]  # fmt: skip
    with pytest.raises(CommandError, match="data_key"):
        call_command(*add)
    with pytest.raises(CommandError, match="data_key"):
        call_command(*add, "--data-key-file", str(tmp_path / "wrong"))
    assert not PublicPlatform.objects.exists()
    call_command(*add, "--data-key-file", str(tmp_path / "key"), stdout=StringIO())
    row = revision_in_force(PublicPlatform.objects.get())
    assert row is not None
    assert (row.encryption, data_key_of(row)) == (3, DATA_KEY)
    call_command(
        "platform", "set", "city", "--data-key-file", str(tmp_path / "next"), stdout=StringIO()
    )
    row = revision_in_force(PublicPlatform.objects.get())
    assert row is not None
    assert (row.number, row.encryption, data_key_of(row)) == (2, 3, NEXT_KEY)


def test_our_public_key_is_told_to_whoever_administers_the_machine(maker: Maker) -> None:
    out = StringIO()
    call_command("platform", "own-key", "ecc", stdout=out)
    assert canonical(Algorithm.ECC, bytes.fromhex(out.getvalue().strip()))
