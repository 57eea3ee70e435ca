"""``voltward bench …``: figures of this machine, each with its target, ratios from one run."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from voltward.entry.cli.bench_showing import FolderOption, JsonOption, say, show

app = typer.Typer(
    help="Measure this machine: decode, journal, gateway, store, path, findings, uplink, editions, quality,"
    " alarm, api, import, search, audit, map, signatures.",
    no_args_is_help=True,
)


@app.command()
def decode(
    frames: int = typer.Option(20_000, min=1000, help="Frames of the batch."),
    as_json: JsonOption = False,
) -> None:
    """Frames to Arrow on one core, against a plain decoder and, when installed, rtm-con.

    Example: voltward bench decode
    """
    from voltward.columns.bench import measure, text_of

    show(measure(frames=frames), as_json, text_of)


@app.command()
def findings(
    vehicles: int = typer.Option(1000, min=1, help="Vehicles of the fleet."),
    rows: int = typer.Option(100_000, min=20_000, help="Rows that are counted."),
    as_json: JsonOption = False,
) -> None:
    """Rows a second that all detectors judge on one core.

    Example: voltward bench findings
    """
    from voltward.findings.bench import measure, text_of

    show(measure(vehicles, rows), as_json, text_of)


@app.command()
def alarm(
    vehicles: int = typer.Option(2000, min=100, help="Vehicles that send."),
    hot: int = typer.Option(1000, min=1, help="Vehicles that alarm within one round."),
    per_s: float = typer.Option(10_000.0, min=100, help="Frames a second."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """From a vehicle's socket to the desk's screen, with the whole platform on this machine.

    Example: voltward bench alarm --hot 100
    """
    from voltward.entry.alarm_bench import run

    with TemporaryDirectory(prefix="vw-", dir=folder) as scratch:
        figures = run(Path(scratch), say, links=vehicles, hot=hot, per_s=per_s)
    show(figures, as_json, lambda one: one.text())


@app.command()
def journal(
    recovery_mb: int = typer.Option(
        1024, min=1, help="Size of the journal that is recovered, MiB."
    ),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Group commits a second, and how long recovery takes.

    Example: voltward bench journal --recovery-mb 256
    """
    from voltward.journal.bench import run

    with TemporaryDirectory(dir=folder) as scratch:
        for figure in run(Path(scratch), recovery_bytes=recovery_mb << 20):
            sys.stdout.write((json.dumps(asdict(figure)) if as_json else figure.line()) + "\n")
            sys.stdout.flush()


@app.command()
def gateway(
    links: int = typer.Option(2000, min=1, help="Connections."),
    seconds: float = typer.Option(10.0, min=1, help="Seconds of each load, in turns of one."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answered frames a second with fsync, answer times, and the ratio to a server without commit.

    Example: voltward bench gateway
    """
    from voltward.gateway.bench import report, run

    show(run(links=links, seconds=seconds, folder=folder), as_json, report)


@app.command()
def store(
    rows: int = typer.Option(10_000_000, min=10_000, help="Rows of 96 cells."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Inserts and queries on the de-duplicated view with one per cent of duplicates.

    Example: voltward bench store --rows 1000000
    """
    from voltward.telemetry.bench_store import run

    show(run(rows=rows, folder=folder, say=say), as_json, lambda figures: figures.text())


@app.command()
def path(
    seconds: float = typer.Option(20.0, min=2, help="Length of each measurement."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """From the socket to the queryable row: sustained frames a second, and the delay at half of it.

    Example: voltward bench path
    """
    from voltward.telemetry.bench_path import report, run

    show(run(seconds=seconds, folder=folder), as_json, report)


@app.command()
def api(
    url: str = typer.Option("http://127.0.0.1:8960", help="Where the platform's pages are."),
    seconds: float = typer.Option(12.0, min=1, help="Length of each measurement."),
    as_json: JsonOption = False,
) -> None:
    """Answers a second of the running platform to one token, which is read from standard input.

    Newest state and history at 50 requests a second, then as many as the token may ask for.

    Example: voltward manage api_token bench | voltward bench api
    """
    from voltward.entry.api.bench import ApiBench, Caller, paths, run

    caller = Caller(url, (sys.stdin.read().split() or [""])[-1])
    for asked in paths(caller):
        for per_s in (50.0, 100.0):
            say(f"asking {asked.split('?')[0]} {per_s:.0f} times a second")
            show(run(caller, asked, per_s, seconds), as_json, ApiBench.text)


@app.command("import")
def import_(
    rows: int = typer.Option(100_000, min=100, help="Vehicles of the file."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Vehicles from a filled template to the books: upload, dry run, apply, on its own database.

    Example: voltward bench import --rows 100000
    """
    from voltward.entry.import_bench import ImportBench, run, scratch_office

    with TemporaryDirectory(prefix="vw-", dir=folder) as scratch, scratch_office(Path(scratch)):
        show(run(rows, say), as_json, ImportBench.text)


@app.command()
def search(
    vehicles: int = typer.Option(1_000_000, min=1000, help="Vehicles in the books."),
    parts: int = typer.Option(200_000, min=1000, help="Parts that are added by the service."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """The search box and the genealogy over many vehicles, in a database of their own.

    Example: voltward bench search --vehicles 200000
    """
    from voltward.entry.search_bench import SearchBench, run

    with TemporaryDirectory(dir=folder, prefix="vw-") as scratch:
        show(run(Path(scratch), vehicles, parts, say), as_json, SearchBench.text)


@app.command()
def places(
    outlets: int = typer.Option(10_000, min=100, help="Service outlets in the books."),
    sites: int = typer.Option(300_000, min=20_000, help="Charging sites in the books."),
    alarms: int = typer.Option(100, min=1, help="Alarms of a page."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Nearest outlet and charging sites of a page of alarms, in a database of their own.

    Example: voltward bench places
    """
    from voltward.entry.places_bench import PlacesBench, run

    with TemporaryDirectory(dir=folder, prefix="vw-") as scratch:
        show(run(Path(scratch), outlets, sites, alarms, say), as_json, PlacesBench.text)


@app.command()
def audit(
    rows: int = typer.Option(1_000_000, min=1000, help="Rows of the trail."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Seal an audit trail and verify it with its checkpoints, in a database of its own.

    Example: voltward bench audit --rows 100000
    """
    from voltward.entry.audit_bench import AuditBench, run
    from voltward.entry.import_bench import scratch_office

    with TemporaryDirectory(prefix="vw-", dir=folder) as scratch, scratch_office(Path(scratch)):
        show(run(rows, say), as_json, AuditBench.text)


@app.command("map")
def map_(
    vehicles: int = typer.Option(1_000_000, min=1000, help="Vehicles that have a place."),
    tries: int = typer.Option(40, min=5, help="Looks, and answers at each zoom."),
    as_json: JsonOption = False,
) -> None:
    """Vehicles counted by hexagon while a fifth of them moves, and the map's answers at each zoom.

    Example: voltward bench map --vehicles 200000
    """
    from voltward.entry.map_bench import MapBench, run

    show(run(vehicles, tries), as_json, MapBench.text)
