"""``voltward bench import``: a fleet from the template to the books, on a database of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voltward.base.vin import with_check_digit

TARGET_ROWS, TARGET_S = 100_000, 120.0
MAKER = "Bench"


@dataclass(frozen=True)
class ImportBench:
    """Seconds of each step, on one core of this machine."""

    rows: int
    file_bytes: int
    template_s: float
    upload_s: float
    read_s: float
    check_s: float
    apply_s: float
    again_s: float
    undo_s: float

    @property
    def whole_s(self) -> float:
        return self.template_s + self.upload_s + self.read_s + self.check_s + self.apply_s

    def text(self) -> str:
        target = TARGET_S * self.rows / TARGET_ROWS
        return (
            f"{self.rows} vehicles, {self.file_bytes / (1 << 20):.1f} MiB of Excel\n"
            f"  fill the template {self.template_s:.1f} s, upload {self.upload_s:.1f} s,"
            f" read {self.read_s:.1f} s, dry run {self.check_s:.1f} s, apply {self.apply_s:.1f} s\n"
            f"  together {self.whole_s:.1f} s; target {target:.0f} s\n"
            f"  the same file again (dry run) {self.again_s:.1f} s, undo {self.undo_s:.1f} s"
        )


def rows_of(number: int) -> Iterator[list[str]]:
    """Vehicles with right check digits, as a template holds them."""
    chance = random.Random(20260315)  # noqa: S311 - the same fleet at each run
    for index in range(number):
        vin = with_check_digit(f"LVVDB11B0RE{index:06d}")
        plate = f"京A{index:06d}"
        yield [vin, plate, f"M{chance.randrange(12)}", chance.choice(("NCM 96S", "LFP 120S"))]


def run(rows: int, say: Callable[[str], None]) -> ImportBench:
    """On the database of the settings, which must be empty and migrated."""
    from voltward.fleet.imports import VEHICLES
    from voltward.pages.imports.writing import template_xlsx
    from voltward.records import selectors, services
    from voltward.records.services import imports

    maker = services.maker_create(selectors.installation(), name=MAKER, wmis=[])
    head = services.person_create(
        selectors.installation(), login="bench", display_name="bench", maker=maker,
        roles=["safety_head"],
    )  # fmt: skip
    took: dict[str, float] = {}

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        say(step)
        begun_s = time.monotonic()
        yield
        took[step] = time.monotonic() - begun_s

    with timed("template"):
        content = template_xlsx(VEHICLES, rows_of(rows))
    with timed("upload"):
        made = imports.import_upload(
            head, kind="vehicle", file_name="bench.xlsx", pieces=_cut(content)
        )
    with timed("read"):
        mapping = _worked(made.pk).mapping
    imports.import_map(head, run_id=made.pk, mapping=mapping)
    with timed("check"):
        _worked(made.pk)
    imports.import_ask_apply(head, run_id=made.pk)
    with timed("apply"):
        applied = _worked(made.pk)
    again = imports.import_upload(
        head, kind="vehicle", file_name="bench.xlsx", pieces=_cut(content)
    )
    _worked(again.pk)
    imports.import_map(head, run_id=again.pk, mapping=mapping)
    with timed("again"):
        same = _worked(again.pk)
    imports.import_ask_undo(head, run_id=made.pk)
    with timed("undo"):
        undone = _worked(made.pk)
    if (applied.new_rows, same.same_rows, undone.kept_rows) != (rows, rows, 0):
        raise AssertionError((applied.new_rows, same.same_rows, undone.kept_rows))
    return ImportBench(rows, len(content), *(took[step] for step in _STEPS))


_STEPS = ("template", "upload", "read", "check", "apply", "again", "undo")


def _worked(run_id: int):  # type: ignore[no-untyped-def]
    from voltward.records.models import ImportRun
    from voltward.records.services.import_work import import_run_work

    import_run_work(run_id)
    return ImportRun.objects.get(pk=run_id)


def _cut(content: bytes, size: int = 1 << 20) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@contextmanager
def scratch_office(folder: Path) -> Iterator[None]:
    """An embedded database of its own, durable as in earnest, migrated and empty."""
    import os

    os.environ["VOLTWARD_DATA"] = str(folder)
    os.environ.pop("VOLTWARD_DATABASE_URL", None)
    from voltward.entry.office import begin_django
    from voltward.entry.postgres import running

    with running(folder):
        begin_django()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        yield
