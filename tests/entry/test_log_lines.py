"""No value from outside can begin a second log record."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from voltward.entry.log_lines import JsonLine
from voltward.entry.processes.logs import begin_log

FORGED = 'x"}\r\n{"level": "info", "event": "login done"}'
EVERY_LINE_END = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x1b[2J\x7f"


def line(text: str, *values: object, error: BaseException | None = None) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error(text, *values, exc_info=error)
    return stream.getvalue()


@given(value=st.text(st.characters(exclude_categories=["Cs"])))
@example(FORGED)
@example(EVERY_LINE_END)
def test_a_record_is_one_line_whatever_its_values_hold(value: str) -> None:
    written = line("login of %s", value)
    assert written.endswith("}\n")
    assert len(written.splitlines()) == 1
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in written[:-1])
    assert json.loads(written)["event"] == f"login of {value}"


def test_an_error_and_its_trace_stay_on_the_line() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        written = line("failed", error=error)
    assert len(written.splitlines()) == 1
    assert "ValueError" in json.loads(written)["exception"]


def test_the_plain_format_that_was_there_before_is_caught() -> None:
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    record = logging.LogRecord("x", logging.INFO, "", 0, "login of %s", (FORGED,), None)
    assert len(plain.format(record).splitlines()) == 2
    assert len(JsonLine().format(record).splitlines()) == 1


def test_both_kinds_of_loggers_of_a_process_write_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    try:
        begin_log("INFO")
        structlog.get_logger("test").error("one", value=FORGED)
        logging.getLogger("test.standard").error("two %s", FORGED)
    finally:
        root.setLevel(level)
        structlog.reset_defaults()
    sys.stderr.flush()
    written = capsys.readouterr().err.splitlines()
    assert [json.loads(one)["event"] for one in written] == ["one", f"two {FORGED}"]


def test_the_pages_log_has_the_same_form() -> None:
    from django.conf import settings

    formatters = settings.LOGGING["formatters"]
    assert {one["()"] for one in formatters.values()} == {"voltward.entry.log_lines.JsonLine"}
