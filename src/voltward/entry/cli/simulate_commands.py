"""``voltward simulate platform`` and ``simulate proxy``: what an uplink talks to, and through what."""

import asyncio
import signal
import sys
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from voltward.base.errors import BadInput
from voltward.entry.cli.platform_options import (
    AnswersOption,
    CertificateOption,
    CipherOption,
    DataKeyOption,
    EditionOption,
    EncryptionOption,
    FaultOption,
    FeedbackOption,
    KeyOption,
    ListenOption,
    OwnKeysOption,
    PasswordOption,
    RecordOption,
    SeedOption,
    SignerOption,
    StopAfterOption,
    TrustOption,
    UserOption,
    VehiclesOption,
)
from voltward.entry.cli.process_commands import DataOption, set_environment

if TYPE_CHECKING:
    from ssl import SSLContext

    from voltward.simulator.proxy import Harms

_EACH_S = 1.0


def register(app: typer.Typer) -> None:
    app.command()(platform)
    app.command()(proxy)
    app.command(hidden=True)(demo_platform)


def platform(
    listen: ListenOption,
    user: UserOption,
    password_file: PasswordOption,
    fault: FaultOption,
    feedback: FeedbackOption,
    cipher: CipherOption,
    edition: EditionOption = 2016,
    vehicles: VehiclesOption = None,
    answers: AnswersOption = "time",
    seed: SeedOption = 0,
    trust: TrustOption = False,
    record: RecordOption = None,
    certificate: CertificateOption = None,
    key: KeyOption = None,
    encryption: EncryptionOption = "none",
    data_key: DataKeyOption = None,
    own_keys: OwnKeysOption = None,
    signer: SignerOption = "",
    stop_after: StopAfterOption = None,
) -> None:
    """Be a public platform: check logins and messages, answer them, err as told.

    Example: voltward simulate platform --listen 127.0.0.1:32961 --user volt --password-file pw --fault lost=0.1
    """
    from voltward.entry.cli.demand_options import demands_of, own_public
    from voltward.frames.grammar import Edition
    from voltward.gateway.config import address
    from voltward.simulator.platform.faults import Faults, with_fault
    from voltward.simulator.platform.platform import Platform, PlatformConfig
    from voltward.simulator.platform.run import Listening, run

    if edition not in (2016, 2025):
        raise BadInput(f"--edition: found {edition}, expected 2016 or 2025")
    config = PlatformConfig(
        edition=Edition(edition),
        accounts={user: password_file},
        vehicles=None if vehicles is None else frozenset(vehicles.read_text("ascii").split()),
        style=answers,
        checks_units=not trust,
        seed=seed,
        record=record,
        demands=demands_of(encryption, data_key, own_keys, signer, cipher),
    )
    for line in [] if own_keys is None else own_public(own_keys):
        _print(f"public key {line}")
    tls = _tls(listen, certificate, key)
    where = Listening(*address(listen), tls, tuple(feedback), stop_after)
    run(Platform(config, reduce(with_fault, fault, Faults())), where, _print)


def demo_platform(data: DataOption = None) -> None:
    """Be the demo's own public platform; pages stop and start it. `voltward up` runs it.

    Example: VOLTWARD_DEMO=1 voltward simulate demo-platform --data .voltward
    """
    set_environment(data=data)
    from voltward.base.settings import Settings
    from voltward.entry.processes.demo_platform import run_demo_platform

    run_demo_platform(Settings())


def _tls(listen: str, certificate: Path | None, key: Path | None) -> "SSLContext | None":
    from voltward.gateway.config import Tls
    from voltward.gateway.listeners import tls_context

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise BadInput("--certificate and --key go together")
    return tls_context(Tls(listen, certificate, key))


def proxy(
    listen: ListenOption,
    to: str = typer.Option(..., metavar="HOST:PORT", help="Where connections lead."),
    delay: float = typer.Option(0.0, min=0, metavar="S", help="Seconds that bytes take, each way."),
    jitter: float = typer.Option(0.0, min=0, metavar="S", help="Up to so many seconds more."),
    split: int = typer.Option(0, min=0, help="At most so many bytes at once; 0: as they come."),
    cut_every: int = typer.Option(0, min=0, metavar="BYTES", help="Mean of bytes before a close."),
    reset_every: int = typer.Option(0, min=0, metavar="BYTES", help="Mean before a reset."),
    hole_every: int = typer.Option(
        0, min=0, metavar="BYTES", help="Mean before a connection stays open and carries nothing."
    ),
    seed: int = typer.Option(0, help="The same seed does the same harm at the same bytes."),
    stop_after: StopAfterOption = None,
) -> None:
    """Stand between two ends of TCP connections and harm what passes.

    Example: voltward simulate proxy --listen 127.0.0.1:32962 --to 127.0.0.1:32961 --cut-every 200000
    """
    from voltward.gateway.config import address
    from voltward.simulator.proxy import Harms

    harms = Harms(delay, jitter, split, cut_every, reset_every, hole_every, seed)
    asyncio.run(_proxy(address(listen), address(to), harms, stop_after))


async def _proxy(
    listen: tuple[str, int], to: tuple[str, int], harms: "Harms", stop_after_s: float | None
) -> None:
    from voltward.simulator.proxy import Proxy

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    found = Proxy(to, harms)
    await found.start(*listen)
    _print(f"listening on {found.address[0]}:{found.address[1]}")
    ends_at_s = loop.time() + (stop_after_s or float("inf"))
    try:
        while not stopping.is_set() and loop.time() < ends_at_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), min(_EACH_S, ends_at_s - loop.time()))
            carried = found.carried
            _print(
                f"connections {carried.connections} (turned away {carried.turned_away})"
                f"  bytes {carried.octets}  cut {carried.cuts}  reset {carried.resets}"
                f"  holes {carried.holes}"
            )
    finally:
        await found.stop()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
