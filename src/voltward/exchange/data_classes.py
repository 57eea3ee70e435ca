"""The data class of every column of exchange/."""

from voltward.exchange.accident_classes import ACCIDENTS
from voltward.exchange.downlink_classes import DOWNLINK
from voltward.exchange.key_classes import KEYS
from voltward.exchange.manual_report_classes import MANUAL_REPORTS
from voltward.exchange.platform_classes import PLATFORMS
from voltward.exchange.quality_data_classes import QUALITY
from voltward.exchange.registration_classes import REGISTRATIONS
from voltward.exchange.report_classes import REPORTS
from voltward.records.protection.classes import Declared

DATA_CLASSES: Declared = {
    **ACCIDENTS, **DOWNLINK, **KEYS, **MANUAL_REPORTS, **PLATFORMS, **QUALITY, **REGISTRATIONS,
    **REPORTS,
}  # fmt: skip
