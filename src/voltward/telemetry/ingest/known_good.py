"""Frames that a decoder in order takes: they tell a broken decoder from broken frames.

One real-time report with vehicle data of each edition (GB/T 32960.3-2016 and -2025, type 0x01).
"""

from voltward.columns.batch import FrameBatch

_HEX = (
    "232302fe4c5445535456454830474233323936303101001b"
    "1a030f081e0501010301028d0012d6870eac278b4e012e13881700f5",
    "242402fe4c5445535456454830474233323936303101001f"
    "1a030f081e0501010301028d0012d6871bf475ab4e012e1388ff010000000027",
)
KNOWN_GOOD = FrameBatch.of([bytes.fromhex(text) for text in _HEX])
