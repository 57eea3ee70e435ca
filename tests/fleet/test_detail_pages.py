"""The page of a record: its clocks, links, attachments, timeline, and what is on paper only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.fleet.test_products import SMALLEST
from tests.records.clocks_made import client_of, started

from voltward.fleet.bulk import vehicles_remove
from voltward.fleet.models import Vehicle
from voltward.fleet.services import products
from voltward.fleet.ui.kinds import KINDS
from voltward.pages.room import REGISTRY
from voltward.records.actions import label
from voltward.records.attachments import storage
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import Attachment, AuditRow, Person
from voltward.records.services.holds import hold_place

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"report " * 100


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    before, made = storage._source[0], DiskStorage(tmp_path / "attachments")
    storage.hand_in_storage(lambda: made)
    yield
    storage.hand_in_storage(before)


@pytest.fixture
def made(engineer: Person, vehicle: Vehicle) -> Callable[[str], tuple[Any, str]]:
    """A record of a kind, and the address of its page; "vehicle" is one too."""

    def make(slug: str) -> tuple[Any, str]:
        if slug == "vehicle":
            return vehicle, f"/vehicles/{vehicle.vin}/record/"
        kind = next(kind for kind in KINDS if kind.slug == slug)
        values = dict(SMALLEST[slug])
        if slug == "configuration":
            values["model"] = products.vehicle_model_write(engineer, values={"name": "M0"})
        row = kind.write(engineer, values=values)
        return row, f"/{slug}s/{row.pk}/"

    return make


SLUGS = ["vehicle", *(kind.slug for kind in KINDS)]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_has_panels_timeline_and_a_head_for_paper(
    made: Any, operator: Person, slug: str
) -> None:
    row, address = made(slug)
    text = client_of(operator).get(address).content.decode()
    for panel in ('id="clocks"', 'id="links"', 'id="attachments"', "vw-timeline", "打印为 PDF"):
        assert panel in text
    head = text.split('class="vw-print-head"')[1].split("</div>")[0]
    assert operator.maker is not None
    assert operator.maker.name in head
    assert f"打印人 {operator.display_name}" in head
    hit = REGISTRY.subject(operator, label(row))
    assert hit is not None
    assert client_of(operator).get(hit.url, follow=True).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_takes_files_in_and_hands_them_out_within_its_maker(
    made: Any, operator: Person, stranger: Person, slug: str
) -> None:
    row, address = made(slug)
    sent = {"retention_class": "y10", "next": address}
    added = f"/attachments/of/{label(row)}/add/"
    file = SimpleUploadedFile("报告.pdf", PDF)
    assert client_of(stranger).post(added, {**sent, "file": file}).status_code == 404
    assert not Attachment.objects.exists()
    file = SimpleUploadedFile("报告.pdf", PDF)
    answer = client_of(operator).post(added, {**sent, "file": file})
    assert answer["Location"] == address
    attachment = Attachment.objects.get()
    assert attachment.record == label(row)
    assert "报告.pdf" in client_of(operator).get(address).content.decode()
    whole = client_of(operator).get(f"/attachments/{attachment.pk}/")
    assert b"".join(whole.streaming_content) == PDF
    assert client_of(stranger).get(f"/attachments/{attachment.pk}/").status_code == 404
    assert client_of(stranger).get(address).status_code == 404
    assert AuditRow.objects.filter(action="attachment.add").count() == 1


def test_who_may_only_read_finds_no_way_to_write(made: Any, person: Callable[..., Person]) -> None:
    row, address = made("terminal")
    auditor = client_of(person("auditor", "auditor"))
    text = auditor.get(address).content.decode().split("<main")[1].split("</main>")[0]
    assert "<form" not in text
    file = SimpleUploadedFile("报告.pdf", PDF)
    sent = {"retention_class": "y10", "file": file}
    assert auditor.post(f"/attachments/of/{label(row)}/add/", sent).status_code == 403
    assert not Attachment.objects.exists()


def test_a_page_says_that_its_record_is_held(
    made: Any, safety_head: Person, operator: Person
) -> None:
    row, address = made("vehicle")
    assert "法律保全中" not in client_of(operator).get(address).content.decode()
    hold_place(safety_head, reason="诉讼", records=[label(row)])
    assert "法律保全中" in client_of(operator).get(address).content.decode()


def test_running_clocks_stand_in_the_header(made: Any, safety_head: Person) -> None:
    row, address = made("vehicle")
    assert "vw-clock-line" not in client_of(safety_head).get(address).content.decode()
    clock = started(safety_head, subject=row)
    head = client_of(safety_head).get(address).content.decode().split("vw-tabs")[0]
    assert f"/clocks/{clock.pk}/" in head


def test_a_vehicle_that_has_files_is_not_taken_out_with_its_import(
    made: Any, operator: Person
) -> None:
    row, _address = made("vehicle")
    file = SimpleUploadedFile("报告.pdf", PDF)
    sent = {"retention_class": "y10", "file": file}
    client_of(operator).post(f"/attachments/of/{label(row)}/add/", sent)
    assert vehicles_remove([row.pk]) == [row.pk]
    Attachment.objects.all().delete()
    assert vehicles_remove([row.pk]) == []
    assert not Vehicle.objects.exists()
