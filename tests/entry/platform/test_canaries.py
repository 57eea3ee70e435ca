"""Canaries: what must never be read anywhere is put into every main flow, and every sink is searched."""

from __future__ import annotations

import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.entry.platform.browser import Answer, Browser
from tests.entry.platform.conftest import Platform, until
from tests.entry.platform.sinks import dumped, metrics, office_tables
from tests.entry.platform.test_up import ITEMS

from voltward.base.units import BEIJING
from voltward.base.vin import with_check_digit
from voltward.frames.frame import encode_frame, realtime
from voltward.frames.grammar import Edition
from voltward.records import one_time_codes

VIN = with_check_digit("LCANARYX0KV000001")
IMPORTED = with_check_digit("LCANARYX0KV000002")
LOGIN = "songbird"  # no password may hold it
NAME, PHONE, EMAIL = "金丝雀·测试", "13987650123", "canary.box@example.com"
LONGITUDE, LATITUDE = "121.473791", "31.230497"
WRONG, CHOSEN = "wrong-canary-horse-41", "canary-battery-staple-77"
FORGED, CHANNEL = "forgedcanary", "canary-of-a-gateway-5150"
# Where a value lies by design; everything else is a leak.
#   VIN: the journal and its cold archive keep what vehicles sent; the office database is about vehicles;
#        an import's file is kept as it came; the simulator's and processor's state name vehicles.
#   Name: staff in the office database and in what PostgreSQL writes for it.
#   Session: Django's own table, which no role but the application reads.
BY_DESIGN = {
    "vin": ("journal/", "archive/", "postgres/", "imports/", "snapshots/", "office/", "processor/", "run/"),
    "imported": ("journal/", "archive/", "postgres/", "imports/", "snapshots/", "office/"),
    "name": ("postgres/",),
    "session": ("postgres/",),
}  # fmt: skip


@dataclass
class Run:
    """What was planted, and every text that came out."""

    platform: Platform
    canaries: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def frame_sent(platform: Platform) -> None:
    when = datetime.now(BEIJING).replace(microsecond=0)
    position = {
        "name": "position", "fix": "valid", "latitude_hemisphere": "N", "longitude_hemisphere": "E",
        "longitude_deg": float(LONGITUDE), "latitude_deg": float(LATITUDE),
    }  # fmt: skip
    items = [{"name": "vehicle", **ITEMS["vehicle"]}, position]
    login = {"time": when, "sequence": 1, "iccid": "89860012345678901234", "subsystems": 0,
             "code_length": 0, "pack_codes": []}  # fmt: skip
    with socket.create_connection(platform.gateway, timeout=20) as link:
        link.sendall(encode_frame(Edition.Y2016, 0x01, 0xFE, VIN, login))
        link.recv(64)
        link.sendall(realtime(Edition.Y2016, VIN, 0x02, when, items))
        # a stranger's frame and noise, which are refused and logged
        link.sendall(
            realtime(Edition.Y2016, IMPORTED, 0x02, when, items) + b"##noise" + b"\r\n" * 9
        )
        link.sendall(encode_frame(Edition.Y2016, 0x04, 0xFE, VIN, {"time": when, "sequence": 1}))
        link.recv(64)


def signed_in(run: Run, given: str) -> Browser:
    """Password, an authenticator app, a password of one's own: the way of somebody new."""
    browser = Browser(run.platform.web)
    browser.post("/login/", {"username": LOGIN, "password": WRONG})
    browser.post("/login/", {"username": f"canary\r\n{FORGED}", "password": WRONG})
    page = browser.post("/login/", {"username": LOGIN, "password": given})
    found = re.search(r'<p class="vw-mono">([A-Z2-7 ]{20,})</p>', page.text)
    assert found is not None, page.url
    secret = run.canaries["authenticator"] = found[1].replace(" ", "")
    code = one_time_codes.code_at(secret, one_time_codes.present_period())
    page = browser.post("/login/enrol/", {"code": code}, on=page)
    page = browser.post("/login/enrol/", {"done": "1"}, on=page)
    browser.post("/login/password/", {"old": given, "new": CHOSEN}, on=page)
    assert "/login/" not in browser.get("/account/").url
    run.canaries |= {"given": given, "session": browser.cookie("voltward_session")}
    return browser


def told_by_notice(browser: Browser) -> None:
    """A short message by the file adapter, whose secret and number are canaries."""
    mine = {"language": "zh-hans", "phone": PHONE, "email": EMAIL, "passes_from": "3"}
    kept = browser.post("/account/notices/", mine)
    assert kept.status == 200, kept.text
    made = browser.post(
        "/notices/channels/add/sms/",
        {"name": LOGIN, "position": "1", "adapter": "file", "url": "", "secret_secret": CHANNEL},
    )
    assert re.search(r"/notices/channels/\d+/$", made.url), made.text
    browser.post(f"{made.url}test/", {}, on=made)


def imported(browser: Browser) -> None:
    text = f"VIN,车牌\n{IMPORTED},京A·金丝雀\n{IMPORTED}X,坏行\n"
    page = browser.post("/imports/new/", {"kind": "vehicle"}, file=("canary.csv", text.encode()))
    assert re.search(r"/imports/\d+/$", page.url), page.text

    def waits_for(form: str) -> Answer | None:
        """The page once its form is there: the menu has a ``/map/`` of its own."""
        found = browser.get(page.url)
        return found if f"{urlsplit(page.url).path}{form}/" in found.text else None

    mapped = {"vin": "0", "plate": "1"}
    for form, given in (("map", mapped), ("apply", {"good_rows_only": "1"})):
        shown = until(lambda form=form: waits_for(form))
        posted = browser.post(f"{page.url}{form}/", given, on=shown)
        assert posted.status == 200, posted.text
    until(lambda: IMPORTED in browser.get("/vehicles/").text)


def read_and_taken(run: Run, browser: Browser) -> None:
    """The exact position, files, a token of one's own and the API with it; and what is refused."""
    until(lambda: VIN in browser.get("/vehicles/").text)
    exact = until(
        lambda: LONGITUDE[:7] in (found := browser.get(f"/vehicles/{VIN}/position/").text) and found
    )
    assert LATITUDE[:6] in exact  # else the scan would look for what nobody ever sees
    for kind in ("csv", "xlsx"):
        assert browser.get(f"/vehicles/?export={kind}").status == 200
    page = browser.post("/tokens/", {"name": "canary", "scope": "read", "days": "9"})
    token = run.canaries["token"] = page.text.split('vw-secret">')[1].split("<")[0]
    api = Browser(run.platform.web)
    bearer = f"Bearer {token}"
    api.get(f"/api/vehicles/{VIN}/latest/?position=exact", Authorization=bearer)
    api.get("/api/vehicles/", Authorization=bearer + "x")
    api.get(f"/api/vehicles/?after={token}", Authorization=bearer)
    for path in (
        f"/search/?q={PHONE}",
        f"/%0d%0a{FORGED}/",
        f"/vehicles/?after={token}",
        "/people/",
    ):
        browser.get(path, **{"User-Agent": f"canary {FORGED}"})
    assert len(api.errors) == 2
    assert len(browser.errors) >= 3
    run.texts |= {"errors of the API": "\n".join(api.errors)}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    folder = Path(tempfile.mkdtemp(prefix="vw-canary-"))
    platform = Platform(folder / "data")
    platform.start()
    run = Run(platform)
    try:
        added = platform.run("manage", "person_add", LOGIN, "--name", NAME, "--role", "safety_head")
        assert added.returncode == 0, added.stderr
        frame_sent(platform)
        browser = signed_in(run, added.stdout.strip())
        browser.post("/account/contact/", {"phone": PHONE, "email": EMAIL})
        told_by_notice(browser)
        imported(browser)
        read_and_taken(run, browser)
        until(lambda: (platform.data / "notices" / "outbox.jsonl").is_file())
        run.texts |= {"metrics": metrics(platform), "tables": office_tables(platform)}
        browser.post("/logout/", {}, form="/account/")
        run.texts["errors of the pages"] = "\n".join(browser.errors)
        copied = platform.run("backup", str(folder / "backup"))
        assert copied.returncode == 0, copied.stderr
        run.texts["backup's commands"] = copied.stdout + copied.stderr
        platform.stop()
        run.texts["dump"] = dumped(folder / "backup" / "office.dump")
        run.texts["output"] = "\n".join(platform.lines)
        run.canaries |= {
            "wrong": WRONG, "chosen": CHOSEN, "phone": PHONE, "email": EMAIL, "channel": CHANNEL,
            "longitude": LONGITUDE, "latitude": LATITUDE, "name": NAME, "vin": VIN,
            "imported": IMPORTED,
        }  # fmt: skip
        yield run
    finally:
        if platform.process is not None and platform.process.poll() is None:
            platform.stop()
        shutil.rmtree(folder, ignore_errors=True)


def hits(run: Run, folder: Path) -> list[tuple[str, str]]:
    """(canary, file) of every file that holds one where it does not lie by design."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        for canary, text in run.canaries.items():
            if name.startswith(BY_DESIGN.get(canary, ())):
                continue
            if text.encode() in content:
                found.append((canary, name))
    return found


SECRETS = ("given", "wrong", "chosen", "token", "authenticator", "phone", "email", "channel",
           "longitude", "latitude")  # fmt: skip


def test_no_canary_lies_in_any_file_of_the_installation(run: Run) -> None:
    """Logs, database files and write-ahead log, store, journal, notices, snapshots, status files."""
    there = {path.name for path in run.platform.data.iterdir()}
    assert {"journal", "postgres", "store", "logs", "notices", "imports", "run"} <= there
    assert list((run.platform.data / "postgres").rglob("pg_wal/0*"))
    assert hits(run, run.platform.data) == []


def test_no_canary_lies_in_any_file_of_a_backup(run: Run) -> None:
    folder = run.platform.data.parent / "backup"
    assert (folder / "manifest.json").is_file()
    assert hits(run, folder) == []


@pytest.mark.parametrize("canary", SECRETS)
def test_no_table_and_no_dump_holds_a_secret_or_a_protected_value(run: Run, canary: str) -> None:
    for sink in ("tables", "dump"):
        held = [line for line in run.texts[sink].splitlines() if run.canaries[canary] in line]
        assert held == [], sink


def test_metrics_and_error_pages_name_nobody_and_nothing(run: Run) -> None:
    for sink in ("metrics", "errors of the pages", "errors of the API", "backup's commands"):
        text = run.texts[sink]
        assert text
        found = [name for name, canary in run.canaries.items() if canary in text]
        assert found == [], sink


def test_no_log_line_and_no_audit_row_joins_a_vehicle_with_a_place_or_a_person(run: Run) -> None:
    lines = run.texts["output"].splitlines()
    for path in (run.platform.data / "logs").rglob("*"):
        lines += (
            path.read_text(encoding="utf-8", errors="replace").splitlines()
            if path.is_file()
            else []
        )
    assert len(lines) > 20
    rows = [
        line for line in run.texts["tables"].splitlines() if line.startswith("records_auditrow:")
    ]
    assert any("position.read" in row for row in rows)
    joined = ("longitude", "latitude", "phone", "email", "name")
    for line in [*lines, *rows]:
        if VIN in line or IMPORTED in line:
            assert not [one for one in joined if run.canaries[one] in line], line
    secret = [name for name in (*SECRETS, "session", "name") if name in run.canaries]
    assert [(name, line) for line in lines for name in secret if run.canaries[name] in line] == []


def test_line_ends_from_outside_begin_no_line_of_a_log(run: Run) -> None:
    lines = list(run.texts["output"].splitlines())
    for path in (run.platform.data / "logs").rglob("*"):
        lines += (
            path.read_text(encoding="utf-8", errors="replace").splitlines()
            if path.is_file()
            else []
        )
    assert [line for line in lines if line.lstrip().startswith(FORGED)] == []
    assert FORGED in run.texts["tables"]  # the try itself is kept, as one value of its row


def test_the_scan_finds_what_a_careless_build_would_write(run: Run) -> None:
    careless = run.platform.data / "logs" / "careless.log"
    careless.write_text(f"login of canary with {CHOSEN}\nalarm of {VIN} at {LONGITUDE}\n")
    try:
        assert {name for name, _file in hits(run, run.platform.data)} == {
            "chosen", "vin", "longitude"
        }  # fmt: skip
    finally:
        careless.unlink()
