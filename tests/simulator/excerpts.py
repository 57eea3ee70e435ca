"""The committed excerpts of three real cars (data/SOURCE.md), and small files made for a test."""

import gzip
from pathlib import Path

from voltward.simulator.recording import Recording, open_recording

DATA = Path(__file__).parent / "data"
CARS = ("car1", "car3", "car4")
VIN = "LTESTVEH0GB329601"


def path_of(car: str) -> Path:
    return DATA / f"{car}_excerpt.csv.gz"


def excerpt(car: str) -> Recording:
    return open_recording(path_of(car))


def lines_of(car: str) -> list[str]:
    """The excerpt's lines, header first."""
    return gzip.decompress(path_of(car).read_bytes()).decode().splitlines()


def csv_file(folder: Path, *lines: str, name: str = "made.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


SMALL_HEADER = "tboxTime,vehSpeed,BMSBatteryCurrent,BMSProbeTempMax,V_1,V_2,T_1,T_2"
SMALL_ROWS = (
    "2021-05-05 09:10:00,0.0,0.75,29,3.688,3.654,29,28",
    "2021-05-05 09:10:01,12.3,-58.7,29,3.687,3.655,29,28",
    "2021-05-05 09:10:02,12.4,1.0,29,3.686,3.656,29,28",
)
