"""What a process has cost so far, read from the system."""

import os
from pathlib import Path


def cpu_s(pid: int) -> float:
    """User and system time of all its threads.

    Raises:
        FileNotFoundError: there is no such process.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
