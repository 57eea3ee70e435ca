"""``voltward decode`` and ``voltward explain``: frames to JSON and to words."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

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

    A line that is no clean frame gives an object with `error` and `detail`; decoding goes on.

    Example: voltward decode frames.txt --json
    """
    del as_json
    from voltward.frames.as_json import line_to_json

    for line in _lines(source):
        if line.strip():
            sys.stdout.write(json.dumps(line_to_json(line.strip()), ensure_ascii=False) + "\n")
            if source == "-":
                sys.stdout.flush()  # a program at the other end may wait for each answer


def _lines(source: str) -> Iterable[str]:
    if source == "-":
        return iter(sys.stdin.readline, "")
    path = Path(source)
    if not path.is_file():
        raise BadInput(f"{source}: no such file; give a file of hex frames or - for standard input")
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


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
    sys.stdout.write(render(explained(data), "en" if english else "both"))
