"""How stages prove themselves: rows, findings, answers, files; and what counts as none."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from voltward.base.canary import CANARY_FLAG, CANARY_RULE, CANARY_VIN
from voltward.base.vin import check_digit_is_right
from voltward.findings.finding import KIND_FINDING, OPENED, Finding, finding_to_json
from voltward.frames.frame import decode_frame
from voltward.journal.writer import JournalWriter
from voltward.watchdog import canary
from voltward.watchdog.finding_tail import FindingTail
from voltward.watchdog.probes import (
    file_renewed,
    process_answers,
    store_row,
    web_answers,
)
from voltward.watchdog.status import beat

NOW_S = 1_790_000_000
CANARY = 4711
PULSE = Finding(
    kind=OPENED, rule=CANARY_RULE, vehicle_id=CANARY, opened_at=NOW_S - 20, at=NOW_S - 3,
    received_ms=NOW_S * 1000,
)  # fmt: skip


def written(writer: JournalWriter, *findings: Finding) -> None:
    texts = [finding_to_json(one) for one in findings]
    count = len(texts)
    writer.append_many(
        np.frombuffer(b"".join(texts), np.uint8),
        np.cumsum([0, *map(len, texts)], dtype=np.int64),
        np.full(count, KIND_FINDING, np.uint8),
        np.zeros(count, np.uint32),
        np.full(count, NOW_S * 10**9, np.int64),
    )
    writer.commit()


def test_the_newest_finding_of_the_canary_proves_the_stream(tmp_path: Path) -> None:
    tail = FindingTail(tmp_path, CANARY)
    assert tail(NOW_S).detail == "no findings stream"
    writer = JournalWriter(tmp_path, "findings-main")
    written(writer, PULSE)
    # what was there before the first look is history
    assert tail(NOW_S).detail == "no finding yet"
    written(writer, replace(PULSE, rule="soc.low"), replace(PULSE, vehicle_id=CANARY + 1))
    assert tail(NOW_S).age_s is None
    written(writer, PULSE, replace(PULSE, at=NOW_S - 1, kind="cleared"))
    assert tail(NOW_S).age_s == 1
    assert tail(NOW_S + 40).age_s == 41
    writer.close()


def test_a_new_segment_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    from voltward.journal.options import JournalOptions

    writer = JournalWriter(tmp_path, "findings-main", JournalOptions(segment_bytes=1))
    written(writer, PULSE)
    tail = FindingTail(tmp_path, CANARY)
    tail(NOW_S)
    for second in range(5):
        written(writer, replace(PULSE, at=NOW_S + second))
        assert tail(NOW_S + second).age_s == 0
    writer.close()


def test_a_stage_is_as_old_as_its_file_says(tmp_path: Path) -> None:
    file = tmp_path / "run" / "office.beat"
    probe = file_renewed(file)
    assert probe(NOW_S).age_s is None
    beat(file, NOW_S - 4.0)
    assert probe(NOW_S).age_s == 4.0
    file.write_text("[]")
    assert probe(NOW_S).age_s is None


class Answers(BaseHTTPRequestHandler):
    """``/healthz`` says what ``status`` is; a POST is answered with the store's number."""

    status, number, asked = 200, b"0\n", b""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def do_POST(self) -> None:
        type(self).asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.number)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def server() -> Iterator[int]:
    Answers.status, Answers.number = 200, b"0\n"
    with HTTPServer(("127.0.0.1", 0), Answers) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found.server_address[1]
        found.shutdown()
        thread.join()


def test_pages_prove_themselves_by_200_alone(server: int) -> None:
    probe = web_answers(lambda: f"0.0.0.0:{server}")
    assert probe(NOW_S).age_s == 0.0
    Answers.status = 503
    assert probe(NOW_S).detail == "status 503"


def test_the_store_proves_itself_by_the_canarys_newest_row(server: int) -> None:
    probe = store_row(lambda: f"http://127.0.0.1:{server}", "token", CANARY)
    assert probe(NOW_S).detail == "no row yet"
    Answers.number = str(NOW_S - 7).encode()
    assert probe(NOW_S).age_s == 7
    assert str(CANARY).encode() in Answers.asked
    Answers.status = 500
    assert probe(NOW_S).detail == "status 500"


def test_a_store_that_is_away_proves_nothing() -> None:
    def away() -> str:
        raise ValueError("not running")

    assert store_row(away, "token", CANARY)(NOW_S).detail == "not running"


def test_a_process_proves_itself_by_answering_not_by_its_port(server: int) -> None:
    assert process_answers(server)(NOW_S).age_s == 0.0
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert process_answers(deaf.getsockname()[1])(NOW_S).age_s is None


def test_the_canarys_frames_are_clean_and_carry_its_flag_alone() -> None:
    assert check_digit_is_right(CANARY_VIN)
    for flag in (True, False):
        frame = decode_frame(canary.report(NOW_S, flag=flag))
        assert not frame.problems
        assert frame.header.vin == CANARY_VIN
        (alarms,) = [one for one in frame.body.items if one.name == "alarms"]
        assert alarms.values["flags"] == (CANARY_FLAG if flag else 0)
    assert not decode_frame(canary.login(NOW_S, 1)).problems
    assert not decode_frame(canary.heartbeat()).problems
