"""How a bench tells its figures: as text, or as one JSON object."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="Where to write meanwhile: the disk decides what an fsync costs."
    ),
]


def say(text: str) -> None:
    """What goes on meanwhile, apart from the figures."""
    print(text, file=sys.stderr)


def show(result: Any, as_json: bool, report: Callable[[Any], str]) -> None:
    text = json.dumps(asdict(result), default=str) if as_json else report(result)
    sys.stdout.write(text.rstrip("\n") + "\n")
