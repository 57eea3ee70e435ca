"""Where a map's background comes from: the customer's licensed tiles, or the outline in the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from voltward.base.errors import BadSetting
from voltward.base.geo import Datum

PLACES = ("{z}", "{x}", "{y}")


@dataclass(frozen=True)
class MapSource:
    """``tiles``: address of raster tiles with ``{z}``, ``{x}``, ``{y}``, "" none; ``datum``: what
    everything on the map is drawn in; ``credit``: what the map must say of its source.
    ``page_s``: seconds a wall screen shows a page.
    """

    tiles: str
    datum: Datum
    credit: str
    page_s: int

    @property
    def origin(self) -> str:
        """The server of the tiles, as a Content-Security-Policy names it; "" without tiles."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}" if self.tiles else ""


def map_source(tiles: str, datum: Datum, credit: str, page_s: int) -> MapSource:
    """The source that the settings name; the outline in the package is in WGS-84.

    Raises:
        BadSetting: the address is no http address, or lacks one of its three places.
    """
    if not tiles:
        return MapSource("", "wgs84", credit, page_s)
    parts = urlsplit(tiles)
    host = parts.netloc.replace(":", "").replace(".", "").replace("-", "")
    if parts.scheme not in ("http", "https") or not host.isalnum() or not host.isascii():
        raise BadSetting(f"map_tiles {tiles!r}: expected https://HOST/…")
    for place in PLACES:
        if place not in parts.path + parts.query:
            raise BadSetting(f"map_tiles {tiles!r}: no {place} in it")
    return MapSource(tiles, datum, credit, page_s)


_handed_in: list[Callable[[], MapSource]] = []


def hand_in(source: Callable[[], MapSource]) -> None:
    _handed_in[:] = [source]


def source() -> MapSource:
    """
    Raises:
        BadSetting: the process that serves pages did not hand it in.
    """
    if not _handed_in:
        raise BadSetting("the source of maps was not handed in")
    return _handed_in[0]()
