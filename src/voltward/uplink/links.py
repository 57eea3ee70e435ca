"""What the office says about the links to public platforms, and the files it comes in.

The office writes two files, every uplink process looks for newer ones each second: ``links.json``
(settings, secrets sealed) and ``link_vehicles.bin`` (which vehicle goes over which links).
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from voltward.base.durable import replace_durably
from voltward.base.errors import BadInput
from voltward.seals.ciphers import CipherRule, Encryption
from voltward.uplink.covers import Cover, flaws

VERSION: Final = 1
LINKS_FILE, VEHICLES_FILE = "links.json", "link_vehicles.bin"
NAME_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MOST_LINKS: Final = 64  # as many as a vehicle's mask has bits
NOT_ENCRYPTED: Final = 1  # encryption rules as byte 21 of the frame's head (GB/T 32960.3 table 2)
EDITIONS: Final = (2016, 2025)
IDENTITY_BYTES, USER_BYTES, PASSWORD_BYTES = 17, 12, 20  # table 2; platform login, table 29 (2016)

_MAGIC: Final = b"VWLNK\x00\x00\x01"
_HEADER = struct.Struct("<8sQQI")
_NONCE_BYTES: Final = 12
VEHICLE: Final = np.dtype([("vehicle", "<u8"), ("links", "<u8"), ("usage", "u1")])


@dataclass(frozen=True, slots=True)
class Link:
    """One public platform as the office has approved it.

    ``number``: its bit in the vehicles' masks, never used again for another. ``identity``: the 17
    characters that stand in platform frames where a VIN stands in others. ``all_vehicles``: every
    vehicle in use, the mask is not asked. ``left_out``: information types that are not sent, by code
    of the vehicle's usage class (``LinksFile.usages``), "" for all. ``waits``: an answer is awaited.
    ``window``: frames in flight at most; ``per_s``, ``reissue_per_s``: frames a second at most, 0
    no limit. ``live_s``: a frame older than that when its turn comes is reissued instead.
    ``reports``: commands 10 to 13 of GB/T 45688 annex B are sent, ``reports_2025``: with ``$$``.
    ``encryption``: rule of its data units, as byte 21 has it; ``cover``: how, and how they are signed.
    """

    name: str
    number: int
    host: str
    port: int
    identity: str
    user: str
    password: str = field(repr=False)
    edition: int = 2016
    tls: bool = False
    ca_pem: str = ""
    encryption: int = NOT_ENCRYPTED
    all_vehicles: bool = True
    left_out: Mapping[str, Sequence[int]] = field(default_factory=dict)
    waits: bool = True
    window: int = 1000
    per_s: int = 0
    reissue_per_s: int = 0
    live_s: int = 60
    retry_s: float = 60.0
    reports: bool = True
    reports_2025: bool = False
    paused: bool = False
    cover: Cover = field(default_factory=Cover)

    @property
    def is_covered(self) -> bool:
        """Its frames are encrypted or signed before they go."""
        return self.encryption != NOT_ENCRYPTED or bool(self.cover.signature)

    @property
    def own_faults(self) -> frozenset[int]:
        """Flags that speak of the link's keys rather than of one frame (2025 table 3)."""
        signs, encrypts = self.cover.signature, self.encryption != NOT_ENCRYPTED
        return frozenset((*((0x05,) if signs else ()), *((0x07,) if encrypts else ())))


@dataclass(frozen=True, slots=True)
class LinksFile:
    """``usages``: codes of usage classes, by the number that ``link_vehicles.bin`` gives them."""

    generation: int
    links: tuple[Link, ...] = ()
    usages: tuple[str, ...] = ("",)


def checked(link: Link) -> Link:
    """
    Raises:
        BadInput: a value that no platform login can carry, or a name that can be no folder's.
    """
    found = [
        (NAME_PATTERN.fullmatch(link.name) is not None, "name", link.name, "a-z 0-9 -, at most 32"),
        (0 <= link.number < MOST_LINKS, "number", link.number, f"0 to {MOST_LINKS - 1}"),
        (0 < link.port < 65_536, "port", link.port, "1 to 65535"),
        (link.edition in EDITIONS, "edition", link.edition, "2016 or 2025"),
        (_fits(link.identity, IDENTITY_BYTES), "identity", link.identity, "at most 17 ASCII"),
        (_fits(link.user, USER_BYTES), "user", link.user, "at most 12 ASCII characters"),
        (_fits(link.password, PASSWORD_BYTES), "password", "***", "at most 20 ASCII characters"),
        (link.window > 0, "window", link.window, "at least 1"),
        (link.retry_s > 0, "retry_s", link.retry_s, "above 0"),
    ]
    for fits, name, value, expected in found:
        if not fits:
            raise BadInput(f"link {link.name}: {name} {value!r}, expected {expected}")
    for name, expected in flaws(link.edition, link.encryption, link.cover, tls=link.tls):
        raise BadInput(f"link {link.name}: {name} does not fit, expected {expected}")
    is_new = link.encryption in (Encryption.SM2, Encryption.SM4)
    if is_new and link.reports and not link.reports_2025:
        raise BadInput(f"link {link.name}: reports_2025 False, expected True with SM2 and SM4")
    return link


def write_links(folder: Path, file: LinksFile, key: bytes) -> None:
    """Replace the file in one step. ``key``: 32 bytes, under which passwords are sealed.

    Raises:
        BadInput: see ``checked``; two links of one name or number.
    """
    links = [checked(link) for link in file.links]
    for what in ("name", "number"):
        if len({getattr(link, what) for link in links}) != len(links):
            raise BadInput(f"links: two of one {what}")
    body = json.dumps(
        {
            "version": VERSION,
            "generation": file.generation,
            "usages": list(file.usages),
            "links": [
                asdict(_with_secrets(link, lambda text, of: _sealed(text, of, key)))
                for link in links
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    folder.mkdir(parents=True, exist_ok=True)
    replace_durably(folder / LINKS_FILE, b"%08x\n" % zlib.crc32(body) + body)


def read_links(folder: Path, key: bytes) -> LinksFile:
    """
    Raises:
        FileNotFoundError: none was written.
        BadInput: not a file of this version, damaged, or sealed under another key.
    """
    path = folder / LINKS_FILE
    try:
        return _read(
            path, lambda link: _with_secrets(link, lambda text, of: _opened(text, of, key))
        )
    except InvalidTag:
        raise BadInput(f"{path}: secrets are sealed under another key") from None


def read_links_without_secrets(folder: Path) -> LinksFile:
    """As ``read_links`` for those who need no key: secrets are empty; raises likewise."""
    return _read(folder / LINKS_FILE, lambda link: _with_secrets(link, lambda _text, _of: ""))


def _read(path: Path, finished: Callable[[Link], Link]) -> LinksFile:
    check, _, body = path.read_bytes().partition(b"\n")
    if check != b"%08x" % zlib.crc32(body):
        raise BadInput(f"{path}: checksum does not fit")
    try:
        found = json.loads(body)
        if found["version"] != VERSION:
            raise BadInput(f"{path}: version {found['version']}, expected {VERSION}")
        links = tuple(finished(_link(one)) for one in found["links"])
        return LinksFile(found["generation"], links, tuple(found["usages"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: {type(error).__name__}: {error}") from error


def write_vehicles(folder: Path, generation: int, rows: Iterable[tuple[int, int, int]]) -> None:
    """``rows``: vehicle number as in the store, mask of links, number of its usage class."""
    write_table(folder, generation, vehicle_table(rows))


def vehicle_table(rows: Iterable[tuple[int, int, int]]) -> NDArray[Any]:
    """Such rows ``(n,)`` of ``VEHICLE`` by rising vehicle number: ten million take 170 MB."""
    found = ((v & 0xFFFF_FFFF_FFFF_FFFF, mask, usage) for v, mask, usage in rows)
    table = np.fromiter(found, VEHICLE)
    return table[np.argsort(table["vehicle"], kind="stable")]


def write_table(folder: Path, generation: int, table: NDArray[Any]) -> None:
    """``table``: as ``vehicle_table`` gives it. The file is replaced in one step."""
    body = table.tobytes()
    head = _HEADER.pack(_MAGIC, generation, len(table), zlib.crc32(body))
    folder.mkdir(parents=True, exist_ok=True)
    replace_durably(folder / VEHICLES_FILE, head + body)


def read_vehicles(folder: Path) -> tuple[int, NDArray[Any]]:
    """Generation, and rows ``(n,)`` of ``VEHICLE`` by rising vehicle number.

    Raises:
        FileNotFoundError: none was written.
        BadInput: damaged.
    """
    path = folder / VEHICLES_FILE
    data = path.read_bytes()
    if len(data) < _HEADER.size:
        raise BadInput(f"{path}: {len(data)} bytes, expected at least {_HEADER.size}")
    magic, generation, size, check = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if magic != _MAGIC or len(body) != VEHICLE.itemsize * size or zlib.crc32(body) != check:
        raise BadInput(f"{path}: not a file of the links' vehicles, or damaged")
    return generation, np.frombuffer(body, VEHICLE, size)


def vehicles_of(link: Link, table: NDArray[Any]) -> NDArray[np.uint64]:
    """Numbers ``(m,)`` of the vehicles on a link, of rows as ``read_vehicles`` gives them."""
    if link.all_vehicles:
        return np.asarray(table["vehicle"], np.uint64)
    on = table["links"] >> np.uint64(link.number) & np.uint64(1) == 1
    return np.asarray(table["vehicle"][on], np.uint64)


def _fits(text: str, most: int) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and len(text) <= most


def _link(row: dict[str, Any]) -> Link:
    cover = row.pop("cover", None) or {"rule": {}}
    rule = CipherRule(**cover.pop("rule"))
    return Link(**row, cover=Cover(rule=rule, **cover))


def _with_secrets(link: Link, changed: Callable[[str, str], str]) -> Link:
    """``changed``: of a secret and of what it belongs to; the data key that is not there stays so."""
    key = link.cover.data_key
    cover = replace(link.cover, data_key=changed(key, f"{link.name} data key") if key else "")
    return replace(link, password=changed(link.password, link.name), cover=cover)


def _sealed(text: str, of: str, key: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode("ascii"), of.encode("ascii"))
    return base64.b64encode(nonce + sealed).decode("ascii")


def _opened(text: str, of: str, key: bytes) -> str:
    data = base64.b64decode(text, validate=True)
    return (
        AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], of.encode("ascii")).decode()
    )
