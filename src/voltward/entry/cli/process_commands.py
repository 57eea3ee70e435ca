"""The processes: ``voltward up``, and each of its parts alone."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder that holds everything (also VOLTWARD_DATA)."),
]


def register(app: typer.Typer) -> None:
    for command in (up, gateway, processor, uplink, store, web, office, keeper, watchdog, warm):
        app.command()(command)
    app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        add_help_option=False,
    )(manage)


def set_environment(**values: object) -> None:
    """Options are settings: they travel to every child as VOLTWARD_<NAME>."""
    for name, value in values.items():
        if value is not None:
            text = str(value.absolute()) if isinstance(value, Path) else str(value)
            os.environ[f"VOLTWARD_{name.upper()}"] = text


def up(
    web: str | None = typer.Option(None, metavar="HOST:PORT", help="Address of the pages."),
    gateway: str | None = typer.Option(None, metavar="HOST:PORT", help="Address for vehicles."),
    data: DataOption = None,
) -> None:
    """Start the whole platform on an empty or used data folder; Ctrl-C stops it in order.

    Example: voltward up --web 127.0.0.1:8960 --gateway 0.0.0.0:32960
    """
    set_environment(web=web, gateway=gateway, data=data)
    from voltward.base.settings import Settings
    from voltward.entry.supervisor.supervise import up as run

    raise typer.Exit(run(Settings()))


def gateway(
    listen: str | None = typer.Option(None, metavar="HOST:PORT", help="Address for vehicles."),
    journal: Path | None = typer.Option(
        None, metavar="DIR", help="Journal folder (default DATA/journal)."
    ),
    number: int = typer.Option(
        0, min=0, help="Number of this process; its journal stream is gateway-N."
    ),
    data: DataOption = None,
) -> None:
    """Take frames from vehicles and client platforms; answer them once they are on disk.

    Runs alone, without a database, when VOLTWARD_AUTO_REGISTER=1.

    Example: VOLTWARD_AUTO_REGISTER=1 voltward gateway --listen 127.0.0.1:32960 --journal journal
    """
    set_environment(gateway=listen, data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.gateway import run_gateway

    run_gateway(Settings(), journal, number)


def processor(
    data: DataOption = None,
) -> None:
    """Follow the journal, decode its frames to columns and put them into the store.

    Example: voltward processor --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.processor import run_processor

    run_processor(Settings())


def uplink(data: DataOption = None) -> None:
    """Forward frames to the public platforms of all approved links; reissue what they missed.

    Example: voltward uplink --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.uplink import run_uplink

    run_uplink(Settings())


def store(
    port: int = typer.Option(0, min=0, max=65535, help="Loopback port; 0 takes a free one."),
    data: DataOption = None,
) -> None:
    """Own the embedded telemetry store; serve the ClickHouse HTTP protocol on loopback with a token.

    Example: voltward store --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.store import run_store

    run_store(Settings(), port)


def web(
    listen: str | None = typer.Option(None, metavar="HOST:PORT", help="Address of the pages."),
    data: DataOption = None,
) -> None:
    """Serve the pages and the API.

    Example: voltward web --listen 127.0.0.1:8960
    """
    set_environment(web=listen, data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.web import run_web

    run_web(Settings())


def office(data: DataOption = None) -> None:
    """Carry news between the vehicle side and the office: registry snapshots out, new vehicles in.

    Example: voltward office --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.office import run_office

    run_office(Settings())


def keeper(data: DataOption = None) -> None:
    """Seal finished journal segments, archive them as Parquet, expire what is proved kept.

    Example: voltward keeper --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.keeper import run_keeper

    run_keeper(Settings())


def watchdog(data: DataOption = None) -> None:
    """Drive a canary through every stage; page by itself when one stops. Needs no database.

    Example: voltward watchdog --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.watchdog import run_watchdog

    run_watchdog(Settings())


def manage(context: typer.Context) -> None:
    """Office administration (Django's commands): migrate, api_token NAME, createsuperuser …

    Example: voltward manage api_token dashboard
    """
    from voltward.entry.office import run_management

    sys.exit(run_management(context.args))


def warm() -> None:
    """Compile all kernels and keep a migrated database, so that no start waits for them later.

    Example: voltward warm
    """
    from voltward.entry.processes.warm import warm_all

    warm_all()
