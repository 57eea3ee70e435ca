"""``voltward bench …``: figures of this machine, each with its targets, ratios from one run."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Measure this machine: decode, journal, gateway, store, path.", no_args_is_help=True
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]


def _shown(result: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    if as_json:
        sys.stdout.write(
            json.dumps(asdict(result) if is_dataclass(result) else result, default=str) + "\n"
        )
    else:
        sys.stdout.write(text(result).rstrip("\n") + "\n")
