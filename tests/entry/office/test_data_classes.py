"""Every column of every table says which class of data it is."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from voltward.entry.data_classes import data_classes
from voltward.pages.room import REGISTRY
from voltward.records.models.marked import Marked
from voltward.records.protection.classes import DataClass, classes_of, columns_of
from voltward.records.protection.fields import protected_fields
from voltward.records.selectors.protection import protected_models


def models() -> list[type[Model]]:
    """Tables of our own; views and proxies repeat what others hold."""
    every = apps.get_models(include_auto_created=True)
    return [one for one in every if one._meta.managed and not one._meta.proxy]


def classes() -> dict[tuple[str, str], DataClass]:
    return data_classes(settings.ROOMS)


def test_no_column_is_without_a_class_and_none_is_classed_that_is_not_there() -> None:
    there = {column for model in models() for column in columns_of(model)}
    assert there - set(classes()) == set()
    assert set(classes()) - there == set()


def test_a_column_has_one_class() -> None:
    with pytest.raises(ValueError, match=r"Vehicle\.vin"):
        classes_of({"Vehicle": {DataClass.PERSONAL: "vin", DataClass.PUBLIC: "vin"}})


def test_what_is_sealed_is_personal_and_what_decides_rights_is_important() -> None:
    found = classes()
    for model in protected_models():
        for field in protected_fields(model):
            assert found[model.__name__, field.name] is DataClass.PERSONAL
            if field.index:
                assert found[model.__name__, field.index] is DataClass.PERSONAL
    for marked in Marked.__subclasses__():
        columns = {"mark", *marked.MARKED} - {"id", "login"}
        kept = {found[marked.__name__, name] for name in columns}
        assert kept == {DataClass.IMPORTANT}, marked


def test_no_secret_and_no_place_is_a_column_of_a_list() -> None:
    found = classes()
    forbidden = {"password", "mark", "digest", "wrapped", "sealed", "token", "secret", "data"}
    assert forbidden <= {
        name for (_model, name), given in found.items() if given is DataClass.IMPORTANT
    }
    places = {name for (_m, name), given in found.items() if given is DataClass.LOCATION}
    for declaration in REGISTRY.lists().values():
        assert not (forbidden | places) & {column.key for column in declaration.columns}
