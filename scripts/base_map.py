"""Turns the province outlines of Apache ECharts 4.9.0 into the offline base map, once.

    python scripts/base_map.py package/map/json/china.json > base_map/china.json

Source: npm package echarts 4.9.0, ``map/json/china.json``, Apache-2.0. Its rings are written as differences
of 1/1024 degree in zigzag code, a character each (``lib/coord/geo/parseGeoJson.js``). Points are cut to
0.01 degree (1 km), each the same way wherever it stands, so that neighbours keep their common border;
rings that shrink to less than a triangle are dropped, except where a province would vanish.
"""

import json
import sys
from pathlib import Path

SCALE = 1024
DECIMALS = 2

Ring = list[list[float]]


def decoded(text: str, begun: list[int]) -> Ring:
    """Longitude and latitude of each point of a ring, in degrees."""
    x, y = begun
    ring: Ring = []
    for place in range(0, len(text) - 1, 2):
        x += _unfolded(ord(text[place]) - 64)
        y += _unfolded(ord(text[place + 1]) - 64)
        ring.append([x / SCALE, y / SCALE])
    return ring


def _unfolded(code: int) -> int:
    return (code >> 1) ^ -(code & 1)


def cut(ring: Ring) -> Ring:
    """Rounded, without repetitions, closed."""
    kept: Ring = []
    for x, y in ring:
        point = [round(x, DECIMALS), round(y, DECIMALS)]
        if not kept or kept[-1] != point:
            kept.append(point)
    if kept[0] != kept[-1]:
        kept.append(kept[0])
    return kept


def polygons(geometry: dict) -> list[list[Ring]]:  # type: ignore[type-arg]
    """Every polygon of a geometry, its rings decoded."""
    pairs = zip(geometry["coordinates"], geometry["encodeOffsets"], strict=True)
    if geometry["type"] == "Polygon":
        return [[decoded(text, begun) for text, begun in pairs]]
    return [
        [decoded(text, begun) for text, begun in zip(texts, begins, strict=True)]
        for texts, begins in pairs
    ]


def main(source: Path) -> None:
    features = []
    for feature in json.loads(source.read_text())["features"]:
        shapes = [[cut(ring) for ring in rings] for rings in polygons(feature["geometry"])]
        kept = [rings for rings in shapes if len(rings[0]) > 3]
        properties = feature["properties"]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "name": properties["name"],
                    "code": properties["id"],
                    "at": [round(one, DECIMALS) for one in properties["cp"]],
                },
                "geometry": {"type": "MultiPolygon", "coordinates": kept or shapes},
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    sys.stdout.write(json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
