"""``voltward simulate`` and ``voltward replay``: vehicles that are not there, and ones that were."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from voltward.base.errors import BadInput
from voltward.entry.cli import simulate_commands
from voltward.entry.cli.process_commands import DataOption, set_environment


def register(app: typer.Typer) -> None:
    simulated = typer.Typer()
    simulated.callback(invoke_without_command=True)(simulate)
    simulate_commands.register(simulated)
    app.add_typer(simulated, name="simulate")
    app.command()(replay)


def simulate(
    context: typer.Context,
    cars: int = typer.Option(50, min=1, help="Number of simulated cars."),
    seed: int = typer.Option(20190709, help="The same seed gives the same fleet, value by value."),
    period: int = typer.Option(10, min=1, max=30, help="Seconds between reports of a car."),
    days: float | None = typer.Option(None, min=0, help="Days of past to send first, as reissue."),
    stop_after: float | None = typer.Option(
        None, min=0, help="End by itself after so many seconds."
    ),
    gateway: str | None = typer.Option(None, metavar="HOST:PORT", help="Address of the gateway."),
    demo: bool = typer.Option(
        False, "--demo", help="The demo: a fleet with its past, and the fire."
    ),
    data: DataOption = None,
) -> None:
    """Drive, charge and park a seeded fleet that speaks GB/T 32960 over TCP.

    Example: voltward simulate --cars 200 --period 5 --gateway 127.0.0.1:32960
    """
    if context.invoked_subcommand is not None:
        return
    set_environment(gateway=gateway, data=data)
    from voltward.base.settings import Settings
    from voltward.gateway.config import address
    from voltward.simulator.run import SimulateConfig
    from voltward.simulator.run import simulate as run

    settings = Settings()
    config = SimulateConfig(
        address=address(settings.gateway),
        cars=cars,
        seed=seed,
        period_s=period,
        demo=demo,
        history_days=days,
        run_folder=settings.data / "run" if demo else None,
        state_folder=settings.data / "simulator" if demo else None,
        stop_after_s=stop_after,
        metrics_port=settings.metrics_port if demo else None,
    )
    run(config, on_progress=_one_line if sys.stdout.isatty() else _silent)


def _silent(_status: dict[str, Any]) -> None:
    """A supervised process is watched through its status file."""


def _one_line(status: dict[str, Any]) -> None:
    parts = ", ".join(f"{name} {value}" for name, value in status["fleet"].items())
    sys.stdout.write(f"\r\x1b[K{status['at'][:19]}  {parts}")
    sys.stdout.flush()


def replay(
    file: Path = typer.Argument(
        ..., metavar="FILE", help="Telemetry file: .csv, .csv.gz or .parquet."
    ),
    vin: str = typer.Option(..., "--as", metavar="VIN", help="The vehicle that speaks."),
    speed: str = typer.Option("max", metavar="N|max", help="File seconds per second, or max."),
    times: str = typer.Option(
        "keep", metavar="keep|end-now|live", help="Which times the frames carry."
    ),
    edition: int = typer.Option(2016, metavar="2016|2025", help="Edition of GB/T 32960.3."),
    send_as: str = typer.Option(
        "auto", metavar="auto|realtime|reissue", help="Command 02 or 03; auto: 02 when live."
    ),
    probe_offset: str = typer.Option(
        "auto", metavar="auto|0|40", help="What probe values carry on top of °C."
    ),
    skip_bad_rows: bool = typer.Option(False, help="Name rows that cannot be used and go on."),
    longest_wait: float = typer.Option(
        float("inf"), metavar="S", help="Longest wait at a gap of the file."
    ),
    gateway: str | None = typer.Option(None, metavar="HOST:PORT", help="Address of the gateway."),
) -> None:
    """Turn recorded telemetry into GB/T 32960 frames and send them over TCP (docs/replay.md).

    Example: voltward replay car4_processed.csv --as LTESTVEH0GB329601 --times end-now
    """
    set_environment(gateway=gateway)
    from voltward.base.settings import Settings
    from voltward.frames.grammar import Edition
    from voltward.gateway.config import address
    from voltward.simulator.recording import open_recording
    from voltward.simulator.replay import ReplayOptions, ReplayResult
    from voltward.simulator.replay import replay as run

    _one_of("--times", times, ("keep", "end-now", "live"))
    _one_of("--edition", str(edition), ("2016", "2025"))
    _one_of("--send-as", send_as, ("auto", "realtime", "reissue"))
    _one_of("--probe-offset", probe_offset, ("auto", "0", "40"))
    options = ReplayOptions(
        vin=vin,
        edition=Edition(edition),
        times=times,  # type: ignore[arg-type] # checked above
        speed=_speed(speed),
        send_as=send_as,  # type: ignore[arg-type] # checked above
        longest_wait_s=longest_wait,
    )
    offset: Any = "auto" if probe_offset == "auto" else int(probe_offset)
    recording = open_recording(file, probe_offset=offset, skip_bad_rows=skip_bad_rows)
    columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("rows", total=None)

        def show(result: ReplayResult) -> None:
            progress.update(task, completed=result.rows, total=result.rows_in_file)

        result = asyncio.run(run(recording, options, address(Settings().gateway), on_progress=show))
    sys.stdout.write(result.text + "\n")


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadInput(f"{name}: found {value!r}, expected {', '.join(known)}")


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"--speed: found {text!r}, expected a number above 0 or max") from None
