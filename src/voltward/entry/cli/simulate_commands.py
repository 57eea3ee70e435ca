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

if TYPE_CHECKING:
    from ssl import SSLContext

    from voltward.simulator.proxy import Harms

_EACH_S = 1.0


def register(app: typer.Typer) -> None:
    app.command()(platform)
    app.command()(proxy)


def platform(
    listen: str = typer.Option(..., metavar="HOST:PORT", help="Where to listen."),
    user: str = typer.Option(..., help="The account that may log in, at most 12 characters."),
    password_file: Path = typer.Option(
        ..., exists=True, dir_okay=False, help="Its password; read anew at every login."
    ),
    edition: int = typer.Option(2016, metavar="2016|2025", help="Edition of GB/T 32960.3."),
    vehicles: Path | None = typer.Option(
        None,
        exists=True,
        dir_okay=False,
        help="VINs that are registered, one a line; all if not given.",
    ),
    answers: str = typer.Option(
        "time",
        metavar="time|empty|echo",
        help="What answers hold: 6 time bytes, nothing, the message.",
    ),
    fault: list[str] = typer.Option(
        [],
        metavar="NAME=VALUE",
        help="What it does wrong (docs/simulate.md); may come several times.",
    ),
    seed: int = typer.Option(0, help="The same seed makes the same faults."),
    trust: bool = typer.Option(False, "--trust", help="Do not decode data units: faster."),
    record: Path | None = typer.Option(None, help="File that gets a line a message."),
    feedback: list[str] = typer.Option(
        [], metavar="VIN", help="SIGUSR1 sends these vehicles a hazard result feedback (0x90)."
    ),
    certificate: Path | None = typer.Option(None, help="PEM certificate chain: listen with TLS."),
    key: Path | None = typer.Option(None, help="PEM private key of the certificate."),
    encryption: str = typer.Option("none", metavar="none|rsa|aes|sm2|sm4", help="Of data units."),
    cipher: list[str] = typer.Option(
        [], metavar="NAME=VALUE", help="How (docs/simulate.md); may come several times."
    ),
    data_key: Path | None = typer.Option(
        None, dir_okay=False, help="32 hexadecimal digits, read anew for each frame."
    ),
    own_keys: Path | None = typer.Option(
        None, file_okay=False, help="Folder of its private keys, made on first use."
    ),
    signer: str = typer.Option(
        "", metavar="sm2|rsa|ecc:HEX", help="Public key that reports must be signed with."
    ),
    stop_after: float | None = typer.Option(
        None, min=0, help="End by itself after so many seconds."
    ),
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


def _tls(listen: str, certificate: Path | None, key: Path | None) -> "SSLContext | None":
    from voltward.gateway.config import Tls
    from voltward.gateway.listeners import tls_context

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise BadInput("--certificate and --key go together")
    return tls_context(Tls(listen, certificate, key))


def proxy(
    listen: str = typer.Option(..., metavar="HOST:PORT", help="Where to listen."),
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
    stop_after: float | None = typer.Option(
        None, min=0, help="End by itself after so many seconds."
    ),
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
