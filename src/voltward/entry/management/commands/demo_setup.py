"""``voltward manage demo_setup``: the demo's maker, logins, vehicles and their use; made once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from voltward.base.errors import NotFound
from voltward.entry.demo_limits import self_discharge_given
from voltward.entry.demo_places import places_given
from voltward.entry.secret_files import secret_text
from voltward.fleet import services as fleet
from voltward.fleet import states
from voltward.fleet.keys import vehicle_key
from voltward.fleet.selectors import vehicle_visible
from voltward.fleet.services.owners import vehicle_sell
from voltward.records import days, selectors, services
from voltward.records.models import Maker, Person
from voltward.records.roles import (
    INSTALLATION,
    INTEGRATOR,
    MONITORING_OPERATOR,
    ROLES,
    SAFETY_HEAD,
)
from voltward.records.selectors.sign_in import DEMO_PREFIX

MAKER = "示例汽车"
LOGIN = "operator"


def demo_password() -> str:
    """The demo's password: made for this data folder, so that no two installations share one."""
    return "Demo-" + secret_text(settings.VOLTWARD.data, "demo.password")[:16]


class Command(BaseCommand):
    help = "Sets the demo up: maker, login and the given vehicles. Only with VOLTWARD_DEMO=1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("vins", nargs="*", metavar="VIN[,MODEL[,BATTERY[,USAGE,DAYS]]]")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.VOLTWARD.demo:
            raise CommandError("only a demo has a demo login; set VOLTWARD_DEMO=1")
        actor = selectors.installation()
        maker = selectors.maker_by_name(MAKER) or services.maker_create(
            actor,
            name=MAKER,
            wmis=[code for code in settings.VOLTWARD.own_wmi.split(",") if code.strip()],
        )
        self._person(maker)
        self._one_click_people(maker)
        seller = selectors.person_by_login(LOGIN)
        state_of = dict(vehicle_visible(seller).values_list("vin", "state"))
        # one commit for all: each by itself would wait for the disk a hundred times
        with transaction.atomic():
            for text in options["vins"]:
                vin, model_name, battery_type, usage, used_d = [*text.split(","), *[""] * 4][:5]
                if state_of.get(vin, states.UNREGISTERED) == states.UNREGISTERED:
                    fleet.vehicle_register(
                        actor, vin=vin, key=vehicle_key(), model_name=model_name,
                        battery_type=battery_type, source="demo", maker=maker,
                    )  # fmt: skip
                    state_of[vin] = states.REGISTERED
                if usage and state_of[vin] == states.REGISTERED:
                    self._sold(seller, vin, usage, int(used_d))
        self_discharge_given(seller)
        places_given(seller)
        self.stdout.write(f"{LOGIN} / {demo_password()}")

    @staticmethod
    def _sold(seller: Person, vin: str, usage: str, used_d: int) -> None:
        sold_on = days.today() - timedelta(days=used_d)
        vehicle_sell(
            seller, vin=vin, sold_on=sold_on, first_used_on=sold_on, usage_class=usage,
            kind="person" if usage == "private" else "company",
        )  # fmt: skip

    @staticmethod
    def _one_click_people(maker: Maker) -> None:
        """A person per role, without a password: only the demo's buttons let them in."""
        for code, role in ROLES.items():
            login = DEMO_PREFIX + code.replace("_", "-")
            if code in (INSTALLATION, INTEGRATOR):
                continue
            try:
                selectors.person_by_login(login)
            except NotFound:
                services.person_create(
                    selectors.installation(), login=login, display_name=str(role.title),
                    maker=maker, roles=[code],
                )  # fmt: skip

    @staticmethod
    def _person(maker: Maker) -> None:
        actor = selectors.installation()
        try:
            person = selectors.person_by_login(LOGIN)
        except NotFound:
            services.person_create(
                actor, login=LOGIN, display_name="演示值班员", maker=maker,
                roles=[MONITORING_OPERATOR, SAFETY_HEAD], password=demo_password(),
            )  # fmt: skip
            return
        if not person.check_password(demo_password()):
            services.person_password_set(actor, login=LOGIN, password=demo_password())
