"""``voltward decode`` and ``voltward explain``: frames to JSON and to words."""

import json
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import typer

from voltward.base.errors import BadInput


def register(app: typer.Typer) -> None:
    app.command()(decode)
    app.command()(explain)


def decode(
    source: str = typer.Argument(
        "-", help="File of hex frames, one a line; - reads standard input."
    ),
    as_json: bool = typer.Option(True, "--json", help="One JSON object a line (the only form)."),
) -> None:
    """Decode GB/T 32960 frames: one hex frame a line in, one JSON object a line out.

    A line that is no clean frame gives an object with `error` and `detail`, a blank one too; decoding goes on.

    Example: voltward decode frames.txt --json
    """
    del as_json
    from voltward.frames.as_json import line_to_json

    for line in _lines(source):
        sys.stdout.write(_json_text(line_to_json(line.strip())) + "\n")
        if source == "-":
            sys.stdout.flush()  # a program at the other end may wait for each answer


def _lines(source: str) -> Iterator[str]:
    """Every line up to the last line end, blank ones too; behind it only what is not blank."""
    if source == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace", newline="\n")
        yield from _cut(sys.stdin)
        return
    path = Path(source)
    if not path.is_file():
        raise BadInput(f"{source}: no such file; give a file of hex frames or - for standard input")
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
        yield from _cut(stream)


def _cut(stream: TextIO) -> Iterator[str]:
    return (line for line in iter(stream.readline, "") if line.endswith("\n") or line.strip())


def _json_text(told: dict[str, Any]) -> str:
    """Chinese as it is where standard output can take it, else escaped: the same value."""
    text = json.dumps(told, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(told)
    return text


def explain(
    frame: str = typer.Argument(..., metavar="HEX", help="One frame as hex; spaces are fine."),
    english: bool = typer.Option(False, "--english", "-e", help="English only."),
) -> None:
    """Name every byte of a frame: offset, bytes, name in Chinese and English, raw value, meaning, source.

    Example: voltward explain 232307fe4c544553545645483047423332393630310100 00c4
    """
    from voltward.frames.explain import explain as explained
    from voltward.frames.explain_text import render

    digits = "".join(frame.split())
    try:
        data = bytes.fromhex(digits)
    except ValueError as error:
        raise BadInput(f"HEX: {error}; give the frame's bytes as pairs of 0-9 a-f") from None
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    sys.stdout.write(render(explained(data), "en" if english else "both"))
