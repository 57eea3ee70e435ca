"""The data class of every column of exchange/."""

from voltward.exchange.key_classes import KEYS
from voltward.records.protection.classes import Declared

DATA_CLASSES: Declared = {**KEYS}
