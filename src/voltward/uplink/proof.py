"""What became of each frame on each link, and its form on the proof stream.

One record of the stream ``proof-<link>`` holds many frames: a head and a table of ``ENTRY``. A frame
has at most one final outcome on a link, but for one that was sent again on request; what has none is
open: not sent yet, or in flight.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput

VERSION: Final = 1
KIND_PROOF: Final = 17  # record kind; those of gateways and findings are below
STREAM_PREFIX: Final = "proof-"

# outcomes
ACCEPTED: Final = 1  # answered with success
REFUSED: Final = 2  # answered with an error, also after the resends; ``flag`` says which
UNANSWERED: Final = 3  # sent, and the link does not wait for answers or none came to any resend
NOT_EXPRESSIBLE: Final = 4  # nothing of it can be said in the platform's edition
LEFT_OUT: Final = 5  # the link's policy sends nothing of it
EXPIRED: Final = 6  # older than the reissue window when its turn came; sent only on request
UNREADABLE: Final = 7  # no frame that could be forwarded: broken units, failed decryption
OUTCOMES: Final = {
    ACCEPTED: "accepted",
    REFUSED: "refused",
    UNANSWERED: "unanswered",
    NOT_EXPRESSIBLE: "not_expressible",
    LEFT_OUT: "left_out",
    EXPIRED: "expired",
    UNREADABLE: "unreadable",
}

# ``stream``: index of the head's list; ``position``: number of the frame's record (journal.Position);
# ``vehicle``: as in the store; ``collected_s``: unix seconds, 0 unknown; ``command``: as sent (2 or 3
# for data), ``flag``: of the last answer, 0 none; ``tries``: times sent; ``lost``: items that the
# platform's edition cannot express; ``sent_ms``, ``answered_ms``: unix ms of the last try, 0 none.
ENTRY: Final = np.dtype(
    [
        ("position", "<u8"),
        ("vehicle", "<u8"),
        ("sent_ms", "<u8"),
        ("answered_ms", "<u8"),
        ("collected_s", "<u4"),
        ("stream", "<u2"),
        ("lost", "<u2"),
        ("command", "u1"),
        ("outcome", "u1"),
        ("flag", "u1"),
        ("tries", "u1"),
    ]
)
_HEAD = struct.Struct("<BI")


@dataclass(frozen=True, slots=True, eq=False)
class ProofBatch:
    """``entries``: ``(n,)`` of ``ENTRY``, in the order in which the outcomes became known."""

    link: str
    streams: tuple[str, ...]
    entries: NDArray[Any]


def proof_to_bytes(batch: ProofBatch) -> bytes:
    """The payload of one record of kind ``KIND_PROOF``."""
    head = json.dumps({"link": batch.link, "streams": list(batch.streams)}).encode()
    return _HEAD.pack(VERSION, len(head)) + head + np.ascontiguousarray(batch.entries).tobytes()


def proof_from_bytes(payload: bytes) -> ProofBatch:
    """
    Raises:
        BadInput: not a proof record of this version.
    """
    if len(payload) < _HEAD.size:
        raise BadInput(f"proof: {len(payload)} bytes, expected at least {_HEAD.size}")
    version, size = _HEAD.unpack_from(payload)
    if version != VERSION:
        raise BadInput(f"proof: version {version}, expected {VERSION}")
    body = payload[_HEAD.size + size :]
    try:
        head = json.loads(payload[_HEAD.size : _HEAD.size + size])
        streams: Sequence[str] = head["streams"]
        entries = np.frombuffer(body, ENTRY)
        batch = ProofBatch(head["link"], tuple(streams), entries)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"proof: {type(error).__name__}: {error}") from error
    if len(entries) and int(entries["stream"].max()) >= len(streams):
        raise BadInput(f"proof: stream {int(entries['stream'].max())} of {len(streams)}")
    return batch
