"""The data class of every column of exchange/."""

from voltward.records.protection.classes import Declared

DATA_CLASSES: Declared = {}
