"""``voltward``: one command for every process and tool of the platform."""

import os
import sys
from pathlib import Path

import typer
from pydantic import ValidationError

from voltward.base.errors import Refused
from voltward.entry.cli import (
    bench_commands,
    bench_upload_commands,
    frame_commands,
    journal_commands,
    keep_commands,
    process_commands,
    traffic_commands,
)

EXIT_REFUSED = 2
EXIT_FAILED = 1
AWAY = {"psycopg", "django", "clickhouse_connect"}

app = typer.Typer(
    name="voltward",
    help="Voltward (伏卫): the safety system of a new-energy-vehicle maker.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (process_commands, frame_commands, traffic_commands, journal_commands, keep_commands):
    module.register(app)
bench_upload_commands.add(bench_commands.app)
app.add_typer(bench_commands.app, name="bench")


@app.callback()
def common(
    data: Path | None = typer.Option(
        None, "--data", help="Folder that holds everything (also VOLTWARD_DATA)."
    ),
) -> None:
    """Every setting is also an environment variable VOLTWARD_<NAME>; docs/settings.md lists them."""
    if data is not None:
        os.environ["VOLTWARD_DATA"] = str(data.absolute())


def main() -> None:
    """Run the command; what went wrong goes to stderr in one line that says what to do."""
    try:
        app()
    except Refused as refusal:
        leave(f"{refusal}", EXIT_REFUSED)
    except ValidationError as error:
        first = error.errors()[0]
        name = "VOLTWARD_" + "_".join(str(part) for part in first["loc"]).upper()
        leave(f"setting {name}: {first['msg']}; found {first['input']!r}", EXIT_REFUSED)
    except BrokenPipeError:
        # The reader of our output has gone (`voltward journal cat | head`); that is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        leave(f"{error.strerror or error}{where}", EXIT_FAILED)
    except Exception as error:
        # a database or store that is away is no fault of ours: one line; anything else keeps its trace
        if type(error).__module__.split(".")[0] not in AWAY:
            raise
        leave(" ".join(str(error).split()) or type(error).__name__, EXIT_FAILED)


def leave(text: str, code: int) -> None:
    print(f"voltward: {text}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
