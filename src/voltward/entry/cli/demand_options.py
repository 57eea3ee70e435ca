"""What ``simulate platform`` asks of its client by way of encryption and signatures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voltward.base.errors import BadInput

if TYPE_CHECKING:
    from voltward.simulator.platform.covered import Demands

ENCRYPTIONS = ("none", "rsa", "aes", "sm2", "sm4")
_RULE = {
    "mode": ("ecb", "cbc", "gcm"), "padding": ("pkcs7", "zero", "none"), "vector": ("prefix", "zero"),
    "sm2": ("c1c3c2", "c1c2c3", "der"), "rsa": ("pkcs1", "oaep"),
}  # fmt: skip
_WRAPS = ("sm2", "rsa", "none")
_MORE = ("wrap", "login_too", "answers", "marker", "client_key")


def demands_of(
    encryption: str, data_key: Path | None, own: Path | None, signer: str, more: list[str]
) -> Demands:
    """``signer``: ALGORITHM:HEX of the client's public key. ``more``: NAME=VALUE, or the name alone.

    Raises:
        BadInput: a name or value that there is not.
    """
    from voltward.seals.ciphers import CipherRule, Encryption
    from voltward.seals.keys import Algorithm, canonical
    from voltward.seals.own_keys import FileKeys
    from voltward.simulator.platform.covered import Demands

    if encryption not in ENCRYPTIONS:
        raise BadInput(f"--encryption: found {encryption}, expected {', '.join(ENCRYPTIONS)}")
    given = {name: value for name, _equals, value in (one.partition("=") for one in more)}
    if strange := given.keys() - {*_RULE, *_MORE}:
        raise BadInput(f"--cipher: found {min(strange)}, expected {', '.join((*_RULE, *_MORE))}")
    for name, values in {**_RULE, "wrap": _WRAPS}.items():
        if given.get(name, values[0]) not in values:
            raise BadInput(f"--cipher: {name} {given[name]}, expected {', '.join(values)}")
    rule = {name: given[name] for name in _RULE if name in given}
    found = Demands(
        encryption=Encryption[encryption.upper()],
        rule=CipherRule(**rule),  # type: ignore[arg-type]  # words of _RULE
        data_key=data_key or b"",
        login_too="login_too" in given,
        answers="answers" in given,
        marker="marker" in given,
        client_key=_octets(given.get("client_key", "")),
        own=None if own is None else FileKeys(own),
    )
    if "wrap" in given:
        found.wrap = given["wrap"]  # type: ignore[assignment]  # a word of _WRAPS
    if signer:
        word, _colon, key = signer.partition(":")
        try:
            algorithm = Algorithm[word.upper()]
            found.signer = (algorithm, canonical(algorithm, bytes.fromhex(key)))
        except (KeyError, ValueError):
            raise BadInput(f"--signer: found {signer[:12]}, expected sm2:HEX, rsa:, ecc:") from None
    return found


def _octets(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise BadInput(f"--cipher: client_key {digits[:12]}, expected hexadecimal digits") from None


def own_public(folder: Path) -> list[str]:
    """The platform's public keys, to be entered at its client."""
    from voltward.seals.keys import Algorithm, canonical
    from voltward.seals.own_keys import FileKeys

    keys = FileKeys(folder)
    wanted = (Algorithm.SM2, Algorithm.RSA)
    return [f"{one.word} {canonical(one, keys.public(one)).hex()}" for one in wanted]
