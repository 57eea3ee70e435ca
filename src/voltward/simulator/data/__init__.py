"""Recordings that come with the platform; SOURCE.md says where they are from."""

from importlib.resources import as_file, files

from voltward.simulator.recording import Recording, Rows, open_recording

FIRE_DATA = "thermal_runaway.parquet"


def fire_recording() -> Recording:
    """The last days of a real car that burned, all rows read."""
    with as_file(files(__package__) / FIRE_DATA) as path:
        recording = open_recording(path)
        return recording.of_rows(recording.rows())


def rows_between(rows: Rows, from_s: float, before_s: float) -> Rows:
    """The rows of ``from_s`` <= time < ``before_s`` (unix seconds)."""
    return rows.take((rows.collected_at >= from_s) & (rows.collected_at < before_s))
