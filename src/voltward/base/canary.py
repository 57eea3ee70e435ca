"""The canary: a vehicle that is none, driven through the whole platform to prove that every stage moves."""

from typing import Final

# A VIN of no maker: "VW" is no world manufacturer identifier of three characters. Right check digit.
CANARY_VIN: Final = "VWCANARY800000001"
CANARY_RULE: Final = "canary.pulse"
# Bit 31 of the alarm flags, reserved in GB/T 32960.3-2016 table 18; no other bit stands beside it.
CANARY_FLAG: Final = 1 << 31
CANARY_EVERY_S: Final = 10.0  # fault catalogue R32
