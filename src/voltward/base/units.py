"""Units and the two conversions that every room must do alike."""

from datetime import timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

# GB/T 32960.3 clause 6.4: times are GMT+8 (Beijing), which has no daylight saving.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def quantised(value: float | str | Decimal, per_unit: int) -> int:
    """``value`` in counts of ``1/per_unit``, half away from zero.

    The decimal text of the value decides, so 0.15 at ``per_unit=10`` is 2 although the
    nearest binary fraction lies below.
    """
    counts = Decimal(str(value)) * per_unit
    return int(counts.quantize(Decimal(1), rounding=ROUND_HALF_UP))
