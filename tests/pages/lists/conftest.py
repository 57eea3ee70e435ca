"""A list with rows of two makers and a reader of the first, for every declared list alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from tests.pages.lists.filling import fill

from voltward.pages.lists.asking import Asked, asked_of
from voltward.pages.lists.declaration import List
from voltward.pages.room import REGISTRY
from voltward.records.models import Maker, Person
from voltward.records.roles import INSTALLATION, INTEGRATOR, ROLES
from voltward.records.selectors import installation
from voltward.records.services import person_create

OPEN_TO_ALL = "account.own"


@dataclass(frozen=True)
class House:
    """A list with rows of two makers, and somebody of the first who may read it."""

    list: List
    reader: Person
    foreign: set[Any]

    @cached_property
    def client(self) -> Client:
        made = Client()
        made.force_login(self.reader)
        return made

    @property
    def url(self) -> str:
        return reverse(self.list.url_name)

    def asked(self, query: str = "") -> Asked:
        return asked_of(self.list, self.reader, QueryDict(query), ("sort", "columns"))

    def pks(self, query: str = "") -> list[Any]:
        """The rows in the order asked for, as the database itself sorts them."""
        asked = self.asked(query).checked()
        return list(asked.rows.order_by(*asked.order.fields()).values_list("pk", flat=True))


def somebody(maker: Maker, login: str, role: str) -> Person:
    return person_create(installation(), login=login, display_name=login, maker=maker, roles=[role])


def role_with(*grants: str) -> str:
    return next(
        role.code
        for role in ROLES.values()
        if role.code not in (INSTALLATION, INTEGRATOR)
        and all(one in role.grants | {OPEN_TO_ALL} for one in grants if one)
    )


@pytest.fixture
def house(of: str, maker: Maker, other_maker: Maker) -> House:
    declared = REGISTRY.lists()[of]
    role = role_with(declared.needs, declared.export_needs)
    reader, other = somebody(maker, "reader", role), somebody(other_maker, "other", role)
    fill(of, reader)
    fill(of, other)
    theirs = set(declared.rows(other).values_list("pk", flat=True))
    mine = set(declared.rows(reader).values_list("pk", flat=True))
    made = House(declared, reader, theirs - mine)
    made.client.get("/account/")  # a login is a row of some lists
    return made
