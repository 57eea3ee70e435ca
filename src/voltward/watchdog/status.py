"""What the watchdog says of itself: one small file that pages read, replaced at every look."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from voltward.watchdog.stages import OK, Watch

VERSION = 1
SILENT_S = 30.0  # older than this, nobody watches


@dataclass(frozen=True, slots=True)
class StageStatus:
    """``age_s``: since it last proved itself, None: never yet."""

    name: str
    state: str
    age_s: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Status:
    """``at_s``: when the watchdog looked, unix seconds; ``told``: what the last page could not do, "" well."""

    at_s: float
    stages: tuple[StageStatus, ...]
    ways: int
    paged_at_s: float | None = None
    trouble: str = ""

    @property
    def late(self) -> tuple[StageStatus, ...]:
        return tuple(one for one in self.stages if one.state == "late")

    def is_silent(self, now_s: float) -> bool:
        return now_s - self.at_s > SILENT_S


def status_of(
    watch: Watch, now_s: float, at_s: float, *, ways: int, paged_at_s: float | None, trouble: str
) -> Status:
    """``now_s``: of the watch's own clock; ``at_s``: unix seconds of the same moment."""
    stages = tuple(
        StageStatus(
            name,
            one.state,
            None if one.seen_s is None else round(now_s - one.seen_s, 1),
            "" if one.state == OK else one.detail,
        )
        for name, one in watch.stages.items()
    )
    return Status(at_s, stages, ways, paged_at_s, trouble)


def write_status(path: Path, status: Status) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.write_text(json.dumps({"v": VERSION, **asdict(status)}, ensure_ascii=False), "utf-8")
    fresh.replace(path)  # not synced: it is news, and the next comes in seconds


def read_status(path: Path) -> Status | None:
    """None: it never ran here, or what lies there is of another version."""
    try:
        body = json.loads(path.read_bytes())
        if body.pop("v") != VERSION:
            return None
        body["stages"] = tuple(StageStatus(**one) for one in body["stages"])
        return Status(**body)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def beat(path: Path, now_s: float) -> None:
    """Renew a heartbeat file: ``{"at": unix seconds}``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.write_text(json.dumps({"at": now_s}), "utf-8")
    fresh.replace(path)
