"""The benches of what goes to public platforms: ``voltward bench uplink`` and those beside it."""

import typer

from voltward.entry.cli.bench_showing import FolderOption, JsonOption, say, show


def add(app: typer.Typer) -> None:
    for command in (uplink, editions, proofs, quality, signatures):
        app.command()(command)


def uplink(
    frames: int = typer.Option(400_000, min=10_000, help="Live frames that are counted."),
    backlog: int = typer.Option(400_000, min=10_000, help="Frames that are reissued."),
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Frames a second to a public platform with answers awaited, and how fast a backlog drains.

    Example: voltward bench uplink --frames 200000
    """
    from voltward.uplink.bench import UplinkFigures, run

    show(run(frames, backlog, folder), as_json, UplinkFigures.text)


def editions(
    frames: int = typer.Option(2000, min=100, help="Frames of the fleet."),
    as_json: JsonOption = False,
) -> None:
    """Frames a second that are made ready for a public platform, on one core.

    Example: voltward bench editions
    """
    from voltward.uplink.editions.bench import measure, text_of

    show(measure(frames), as_json, text_of)


def proofs(
    proofs: int = typer.Option(1_000_000, min=1_000, help="Frames of the day, each proved."),
    vehicles: int = typer.Option(2_000, min=1, help="Vehicles that sent them."),
    tries: int = typer.Option(9, min=1, help="Times each question is asked."),
    as_json: JsonOption = False,
) -> None:
    """What a link owed of a day and what became of it, reckoned from rows and proofs of upload.

    Example: voltward bench proofs --proofs 1000000
    """
    from voltward.uplink.bench_proofs import ProofBench, run

    show(run(proofs, vehicles, tries, say), as_json, ProofBench.text)


def quality(
    vehicles: int = typer.Option(1000, min=1, help="Vehicles of the fleet."),
    rows: int = typer.Option(100_000, min=20_000, help="Reports that are counted."),
    as_json: JsonOption = False,
) -> None:
    """Reports a second whose data quality one core counts.

    Example: voltward bench quality
    """
    from voltward.uplink.quality.bench import measure, text_of

    show(measure(vehicles, rows), as_json, text_of)


def signatures(
    rounds: int = typer.Option(5, min=1, help="Rounds; the medians count."),
    as_json: JsonOption = False,
) -> None:
    """Signatures of 2025 frames verified a second by one core: SM2, RSA, ECDSA.

    Example: voltward bench signatures
    """
    from voltward.seals.bench import SignatureFigures, measure

    show(measure(rounds), as_json, SignatureFigures.text)
