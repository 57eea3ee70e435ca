"""Data classes of columns: the security label (安全标记) of GB/T 22239-2019 8.1.4.2 g.

Each room says of every column of its models, in its ``data_classes.py``, which class it is; what a
history table repeats is of the class it was where it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db.models import Model

HISTORY_PREFIX = "pgh_"


class DataClass(StrEnum):
    """From what anybody may know to what harms people or the platform when it gets out.

    ``IMPORTANT``: keys, secrets, rights and the audit trail (重要配置数据、重要审计数据), and what the
    makers' important data (重要数据) is named as. ``PERSONAL``: of a natural person, staff included.
    ``LOCATION``: where somebody is or was, sensitive personal information (汽车数据安全管理若干规定).
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    LOCATION = "sensitive_location"
    IMPORTANT = "important"


Declared = Mapping[str, Mapping[DataClass, str]]


def classes_of(declared: Declared) -> dict[tuple[str, str], DataClass]:
    """(model, column) to its class.

    Raises:
        ValueError: a column is given two classes.
    """
    found: dict[tuple[str, str], DataClass] = {}
    for model, by_class in declared.items():
        for given, names in by_class.items():
            for name in names.split():
                if (model, name) in found:
                    raise ValueError(f"{model}.{name}: {found[model, name]} and {given}")
                found[model, name] = given
    return found


def columns_of(model: type[Model]) -> list[tuple[str, str]]:
    """(model, column) of every column that wants a class; a history's are its model's own."""
    tracked = getattr(model, "pgh_tracked_model", None)
    name = tracked.__name__ if tracked else model.__name__
    columns = [field.name for field in model._meta.local_concrete_fields]
    return [(name, one) for one in columns if not (tracked and one.startswith(HISTORY_PREFIX))]
