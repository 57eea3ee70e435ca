"""What puts a vehicle into a queue of attention, as pure functions of arrays: no clock, no database.

Each answers ``YES``, ``NO`` or ``UNKNOWN``; what cannot be judged neither opens a case nor ends one.
"""

from typing import Final

YES: Final = 1
NO: Final = 0
UNKNOWN: Final = -1
