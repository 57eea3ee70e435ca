"""The options of ``simulate platform``, and those it shares with ``simulate proxy``."""

from pathlib import Path
from typing import Annotated

import typer

ListenOption = Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to listen.")]
SeedOption = Annotated[int, typer.Option(help="The same seed makes the same faults.")]
StopAfterOption = Annotated[
    float | None, typer.Option(min=0, help="End by itself after so many seconds.")
]

# ---- whom it lets in

UserOption = Annotated[
    str, typer.Option(help="The account that may log in, at most 12 characters.")
]
PasswordOption = Annotated[
    Path,
    typer.Option(exists=True, dir_okay=False, help="Its password; read anew at every login."),
]
EditionOption = Annotated[int, typer.Option(metavar="2016|2025", help="Edition of GB/T 32960.3.")]
VehiclesOption = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="VINs that are registered, one a line; all if not given."
    ),
]

# ---- how it answers

AnswersOption = Annotated[
    str,
    typer.Option(
        metavar="time|empty|echo", help="What answers hold: 6 time bytes, nothing, the message."
    ),
]
FaultOption = Annotated[
    list[str],
    typer.Option(
        default_factory=list,
        metavar="NAME=VALUE",
        help="What it does wrong (docs/simulate.md); may come several times.",
    ),
]
TrustOption = Annotated[bool, typer.Option("--trust", help="Do not decode data units: faster.")]
RecordOption = Annotated[Path | None, typer.Option(help="File that gets a line a message.")]
FeedbackOption = Annotated[
    list[str],
    typer.Option(
        default_factory=list,
        metavar="VIN",
        help="SIGUSR1 sends these vehicles a hazard result feedback (0x90).",
    ),
]

# ---- TLS, encryption and signatures

CertificateOption = Annotated[
    Path | None, typer.Option(help="PEM certificate chain: listen with TLS.")
]
KeyOption = Annotated[Path | None, typer.Option(help="PEM private key of the certificate.")]
EncryptionOption = Annotated[
    str, typer.Option(metavar="none|rsa|aes|sm2|sm4", help="Of data units.")
]
CipherOption = Annotated[
    list[str],
    typer.Option(
        default_factory=list,
        metavar="NAME=VALUE",
        help="How (docs/simulate.md); may come several times.",
    ),
]
DataKeyOption = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="32 hexadecimal digits, read anew for each frame."),
]
OwnKeysOption = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Folder of its private keys, made on first use."),
]
SignerOption = Annotated[
    str,
    typer.Option(metavar="sm2|rsa|ecc:HEX", help="Public key that reports must be signed with."),
]
