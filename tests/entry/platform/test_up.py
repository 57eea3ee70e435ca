"""``voltward up``: from bytes on a socket to what a person or a program reads, and back after a stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from tests.entry.platform.conftest import Platform, until

from voltward.base.units import BEIJING
from voltward.base.vin import with_check_digit
from voltward.frames.frame import encode_frame, realtime
from voltward.frames.grammar import Edition

VIN = with_check_digit("LTESTVUP0KV000001")
ITEMS = {
    "vehicle": {
        "state": "started", "charging": "not_charging", "drive_mode": "electric", "speed_kmh": 65.3,
        "odometer_km": 123456.7, "total_voltage_v": 375.6, "total_current_a": 12.3, "soc_pct": 78,
        "dcdc": "on", "gear": 46, "insulation_kohm": 5000, "accelerator_pct": 23, "brake_pct": 0,
    }
}  # fmt: skip


def spoken(platform: Platform, when: datetime, speed_kmh: float) -> bytes:
    """Log in, send one frame, log out; returns the answers."""
    items = [{"name": "vehicle", **ITEMS["vehicle"], "speed_kmh": speed_kmh}]
    login = {"time": when, "sequence": 1, "iccid": "89860012345678901234", "subsystems": 0,
             "code_length": 0, "pack_codes": []}  # fmt: skip
    answers = b""
    with socket.create_connection(platform.gateway, timeout=20) as link:
        link.sendall(encode_frame(Edition.Y2016, 0x01, 0xFE, VIN, login))
        answers += link.recv(64)
        link.sendall(realtime(Edition.Y2016, VIN, 0x02, when, items))
        link.sendall(encode_frame(Edition.Y2016, 0x04, 0xFE, VIN, {"time": when, "sequence": 1}))
        answers += link.recv(64)
    return answers


@pytest.fixture(scope="module")
def token(platform: Platform) -> str:
    done = platform.run("manage", "api_token", "tests")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_platform_says_when_it_is_ready(platform: Platform) -> None:
    status, body = platform.get("/healthz")
    assert (status, body["status"]) == (200, "ok")
    assert any(line.strip().startswith("pages") for line in platform.lines)


def figures(address: str) -> bytes:
    """What a process tells Prometheus; nothing while it starts."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            told: bytes = answer.read()
    except OSError:
        return b""
    return told


def test_every_process_tells_its_figures_to_prometheus(platform: Platform) -> None:
    ports = json.loads((platform.data / "run" / "metrics.json").read_text())
    assert set(ports) == {"office", "keeper", "processor", "uplink", "gateway-0"}
    for port in ports.values():
        # who lets the others go first has only just begun
        assert b"voltward_" in until(partial(figures, f"http://127.0.0.1:{port}/metrics"))
    with urllib.request.urlopen(f"{platform.web}/metrics", timeout=20) as answer:
        assert b"voltward_web_requests_total" in answer.read()


def test_a_second_start_on_the_same_folder_is_refused_with_the_owner_named(
    platform: Platform,
) -> None:
    done = platform.run("up", "--web", "127.0.0.1:1", "--gateway", "127.0.0.1:1")
    assert done.returncode == 2
    assert f"process {platform.process.pid}" in done.stderr  # type: ignore[union-attr]


def test_a_frame_sent_by_a_new_vehicle_is_answered_and_read_back_through_the_api(
    platform: Platform, token: str
) -> None:
    when = datetime.now(BEIJING).replace(microsecond=0)
    answers = spoken(platform, when, 65.3)
    assert answers.count(b"\x23\x23\x01\x01") == 1  # login: success
    latest = until(lambda: platform.get(f"/api/vehicles/{VIN}/latest/", token)[1])
    assert latest["vin"] == VIN
    assert latest["collected_at"] == when.isoformat()
    assert (latest["speed_kmh"], latest["soc_pct"], latest["total_voltage_v"]) == (
        65.3,
        78.0,
        375.6,
    )
    assert latest["vehicle_state"] == "started"


def test_history_gives_rows_in_order_with_the_fields_asked_for(
    platform: Platform, token: str
) -> None:
    start = datetime.now(BEIJING).replace(microsecond=0) - timedelta(hours=2)
    for minute in (2, 0, 1):
        spoken(platform, start + timedelta(minutes=minute), 10.0 + minute)
    path = (
        f"/api/vehicles/{VIN}/history/?fields=speed_kmh,soc_pct&from={start:%Y-%m-%dT%H:%M:%S}"
        f"&to={start + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}"
    )
    rows = until(
        lambda: (found := platform.get(path, token)[1]["results"]) and len(found) == 3 and found
    )
    assert [row["speed_kmh"] for row in rows] == [10.0, 11.0, 12.0]
    assert set(rows[0]) == {
        "collected_at",
        "received_at",
        "edition",
        "command",
        "speed_kmh",
        "soc_pct",
        "missing",
    }


def test_the_api_benchmark_asks_at_the_pace_it_says(platform: Platform, token: str) -> None:
    def asked(given: str) -> subprocess.CompletedProcess[str]:
        command = ("bench", "api", "--url", platform.web, "--seconds", "1", "--json")
        return platform.run(*command, stdin=given)

    done = asked(f"the token:\n{token}\n")
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(sum(one["codes"].values()), "200" in one["codes"]) for one in figures] == [
        (50, True), (100, True), (50, True), (100, True),
    ]  # fmt: skip
    assert "history" in figures[2]["path"]
    refused = asked("no token")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith(
        f"voltward: {platform.web}/api/vehicles/: 401"
    )


def test_the_api_is_closed_without_a_token_and_silent_about_unknown_vehicles(
    platform: Platform, token: str
) -> None:
    assert platform.get(f"/api/vehicles/{VIN}/latest/")[0] in (401, 403)
    assert platform.get("/api/vehicles/LTESTVUP0KV999999/latest/", token)[0] == 404


def test_a_killed_process_comes_back_and_what_was_sent_meanwhile_is_there(
    platform: Platform, token: str
) -> None:
    (store,) = platform.children("store")
    (processor,) = platform.children("processor")
    os.kill(processor, signal.SIGKILL)
    os.kill(store, signal.SIGKILL)
    when = datetime.now(BEIJING).replace(microsecond=0) + timedelta(seconds=1)
    assert spoken(platform, when, 99.9).count(b"\x23\x23\x01\x01") == 1
    latest = until(
        lambda: (
            (found := platform.get(f"/api/vehicles/{VIN}/latest/", token)[1])
            and found["speed_kmh"] == 99.9
            and found
        )
    )
    assert latest["collected_at"] == when.isoformat()
    assert any("store ended" in line for line in platform.lines)


def test_a_backup_restores_equal_and_a_changed_one_is_refused(
    platform: Platform, tmp_path: Path
) -> None:
    target = platform.data.parent / "backup"
    done = platform.run("backup", str(target))
    assert done.returncode == 0, done.stderr
    manifest = json.loads((target / "manifest.json").read_text())
    assert manifest["journal"]["gateway-0"] > 0
    assert manifest["store"]["rows"] >= 1

    restored = platform.run("restore", str(target), "--data", str(platform.data.parent / "second"))
    assert restored.returncode == 0, restored.stderr
    assert restored.stdout.startswith("restored and equal")

    segment = next(path for path in target.rglob("*.log") if path.stat().st_size > 9000)
    damaged = bytearray(segment.read_bytes())
    damaged[8500] ^= 1
    segment.write_bytes(damaged)
    refused = platform.run("restore", str(target), "--data", str(platform.data.parent / "third"))
    assert refused.returncode == 2
    assert "SHA-256 differs" in refused.stderr


def test_after_a_stop_the_next_start_goes_on_with_the_kept_data(
    platform: Platform, token: str
) -> None:
    before = platform.get(f"/api/vehicles/{VIN}/latest/", token)[1]
    assert platform.stop(signal.SIGINT) == 0
    assert platform.lines[-1] == "stopped"
    platform.start()
    assert platform.get(f"/api/vehicles/{VIN}/latest/", token)[1] == before
