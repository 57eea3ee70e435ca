"""Arrow tables hold what the arrays hold; missing values are NaN, null or empty, with reasons."""

import math
import random
import subprocess
import sys

import numpy as np
from tests.columns.made_frames import framed, report

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.columns.fields import ARROW_SCHEMA, COLUMNS, SCALARS
from voltward.columns.reasons import Reason
from voltward.frames.grammar import Edition

TIME = bytes((26, 3, 15, 8, 30, 5))


def _columns(seed: int) -> list[bytes]:
    chance = random.Random(seed)
    return [report(chance, chance.choice(list(Edition))) for _ in range(300)]


def test_a_table_holds_the_same_values_and_reasons_as_the_arrays() -> None:
    columns = decode(FrameBatch.of(_columns(3)))
    table = columns.to_arrow()
    table.validate(full=True)
    assert table.schema == ARROW_SCHEMA
    rows = table.to_pylist()
    for name, column in COLUMNS.items():
        reason, values = columns.reason(name), columns[name]
        for k, row in enumerate(rows):
            found = row[name]
            if column.is_list:
                np.testing.assert_array_equal(np.array(found), columns.of_row(name, k))
            elif reason[k] == Reason.ABSENT:
                assert found is None or math.isnan(found)
            else:
                np.testing.assert_equal(found, values[k])
    for k, row in enumerate(rows):
        assert row["custom"] == columns.of_row("custom", k).tobytes()
        assert row["rest"] == columns.of_row("rest", k).tobytes()
        assert dict(row["reasons"]) == _reasons(columns, k)


def _reasons(columns: object, k: int) -> dict[str, int]:
    """What the map of one row must hold, one value at a time."""
    out: dict[str, int] = {}
    for name, column in COLUMNS.items():
        reason = columns.reason(name)  # type: ignore[attr-defined]
        if column.is_list:
            first, last = columns.offsets(name)[k : k + 2]  # type: ignore[attr-defined]
            pairs = [(f"{name}[{i}]", r) for i, r in enumerate(reason[first:last])]
        else:
            pairs = [(name, reason[k])]
        out |= {key: int(r) for key, r in pairs if r not in (Reason.PRESENT, Reason.ABSENT)}
    odd = columns.odd_lists  # type: ignore[attr-defined]
    here = odd.row == k
    out |= dict(zip(odd.column[here].tolist(), odd.reason[here].tolist(), strict=True))
    return out


def test_a_batch_without_anything_missing_has_empty_reasons() -> None:
    columns = decode(FrameBatch.of([framed(TIME)] * 3))
    table = columns.to_arrow()
    table.validate(full=True)
    assert table["reasons"].to_pylist() == [[], [], []]
    for name in SCALARS:
        value = table[name][0].as_py()
        assert value is None or math.isnan(value)


def test_values_are_wrapped_and_not_copied() -> None:
    vehicle = bytes((1, 1, 3, 1)) + bytes(17)
    columns = decode(FrameBatch.of([framed(TIME + vehicle)] * 8))
    chunk = columns.to_arrow()["speed_kmh"].chunk(0)
    assert chunk.buffers()[1].address == columns["speed_kmh"].ctypes.data


def test_a_table_is_made_without_importing_pandas() -> None:
    """It would double the time in which a process is ready."""
    frame = framed(TIME + bytes((0x04, 0xFE)) + bytes(4)).hex()
    source = (
        "import sys\n"
        "from voltward.columns.batch import FrameBatch\n"
        "from voltward.columns.decode import decode\n"
        f"table = decode(FrameBatch.of([bytes.fromhex('{frame}')])).to_arrow()\n"
        "assert table['reasons'].to_pylist() == [[('engine_state', 1)]]\n"
        "assert 'pandas' not in sys.modules and 'pyarrow.compute' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", source], check=True, timeout=120)
