"""The data class of every column of exchange/."""

from voltward.exchange.downlink_classes import DOWNLINK
from voltward.exchange.key_classes import KEYS
from voltward.exchange.platform_classes import PLATFORMS
from voltward.exchange.quality_data_classes import QUALITY
from voltward.exchange.report_classes import REPORTS
from voltward.records.protection.classes import Declared

DATA_CLASSES: Declared = {**DOWNLINK, **KEYS, **PLATFORMS, **QUALITY, **REPORTS}
