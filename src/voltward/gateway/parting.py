"""How a link ends whose vehicle has logged in elsewhere, and whether both were alive (R17).

A vehicle that drove out of a tunnel leaves a dead link behind; a clone leaves a living one. The
two look alike until the old end is asked: we send it our FIN, and a living peer's kernel
acknowledges it within a round trip. Silence or a reset is a vehicle that came back.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from voltward.gateway.reasons import CloseReason
from voltward.gateway.register import text_of

if TYPE_CHECKING:
    from voltward.gateway.hub import Hub
    from voltward.gateway.link import Link

_ASK_S = 0.5
_FIN_ACKNOWLEDGED = (5, 11)  # tcpi_state FIN_WAIT2, CLOSING


class Parting:
    """Links that were replaced and are being asked whether they live."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._asked: dict[int, tuple[int, bytes]] = {}

    def begin(self, link: Link, by_link: int, vin: bytes) -> None:
        """Answers are out: say farewell and listen for an answer."""
        if link.gone is not None:
            return
        with suppress(OSError), _socket_of(link) as connection:
            connection.shutdown(socket.SHUT_WR)
            self._asked[link.session.link] = (by_link, vin)
        self._hub.loop.call_later(_ASK_S, self._judge, link)

    def lost(self, link: Link, reason: CloseReason) -> None:
        """The old end closed in good order on our FIN (it lived), or reset."""
        asked = self._asked.pop(link.session.link, None)
        if asked is not None and reason is CloseReason.PEER:
            self._tell(link, *asked)

    def _judge(self, link: Link) -> None:
        asked = self._asked.pop(link.session.link, None)
        if asked is not None and _is_acknowledged(link):
            self._tell(link, *asked)
        self._hub.drop(link, CloseReason.REPLACED)

    def _tell(self, link: Link, by_link: int, vin: bytes) -> None:
        if not self._hub.house.may_tell("possible_clone", vin):
            return
        by = self._hub.house.sessions.get(by_link)
        self._hub.side.event(
            link.session.link,
            "possible_clone",
            vin=text_of(vin),
            peer=link.session.peer,
            other_link=by_link,
            other_peer=by.peer if by else "",
            replaced=True,
        )
        self._hub.arm()


def _socket_of(link: Link) -> socket.socket:
    """The link's socket, as a duplicate that may be closed."""
    return socket.socket(fileno=os.dup(link.transport.get_extra_info("socket").fileno()))


def _is_acknowledged(link: Link) -> bool:
    with suppress(OSError), _socket_of(link) as connection:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in _FIN_ACKNOWLEDGED
    return False
