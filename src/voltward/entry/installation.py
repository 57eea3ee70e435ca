"""What must be there before any process starts: folders, secrets, the database, its tables, a maker."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.core.management import call_command

from voltward.base.settings import Settings
from voltward.entry import blank_database, places
from voltward.entry.office import begin_django
from voltward.entry.postgres import OWNER, EmbeddedPostgres, database_url
from voltward.journal.errors import JournalError
from voltward.journal.settling import settle_streams
from voltward.simulator.platform.closing import open_again

DEFAULT_MAKER = "本企业"
_log = logging.getLogger(__name__)


@contextmanager
def prepared(settings: Settings) -> Iterator[None]:
    """The embedded PostgreSQL for as long as this lasts, migrated; nothing is asked of anybody."""
    for folder in ("journal", "archive", "run", "logs", "snapshots"):
        (settings.data / folder).mkdir(parents=True, exist_ok=True)
    places.vehicle_key(settings)
    _settle_journal(settings)
    places.store_run_file(settings).unlink(
        missing_ok=True
    )  # left by a killed store: a stranger's port by now
    server = nullcontext() if settings.database_url else EmbeddedPostgres(settings.data)
    with server:
        if not settings.database_url:
            blank_database.laid(database_url(settings.data, OWNER))
        begin_django()
        call_command("migrate", interactive=False, verbosity=0)
        blank_database.marked()
        _ensure_maker(settings)
        if settings.demo:
            _set_up_demo()
            open_again(places.demo_platform_closed(settings))
        _publish_registry(settings)
        yield


def _settle_journal(settings: Settings) -> None:
    """After a power cut a stream whose gateway is gone would otherwise hide its last records."""
    try:
        settle_streams(places.journal_folder(settings))
    except JournalError as error:
        _log.error("journal not settled, the gateways try again: %s", error)


def _ensure_maker(settings: Settings) -> None:
    """Every vehicle belongs to a maker: an installation without one gets its own."""
    from voltward.records import selectors, services

    if selectors.maker_first() is None and not settings.demo:
        wmis = [code.strip() for code in settings.own_wmi.split(",") if code.strip()]
        services.maker_create(selectors.installation(), name=DEFAULT_MAKER, wmis=wmis)


def _set_up_demo() -> None:
    import io

    from voltward.simulator.run import SimulateConfig, simulated_vehicles

    cars = simulated_vehicles(SimulateConfig(address=("", 0), demo=True))
    texts = [
        f"{car.vin},{car.model_name},{car.battery_type},{car.usage},{car.used_d}" for car in cars
    ]
    # the command prints the login, which `voltward up` tells at the right moment
    call_command("demo_setup", *texts, stdout=io.StringIO())


def _publish_registry(settings: Settings) -> None:
    """Before the first gateway starts, so that no vehicle is refused for want of a list."""
    from voltward.entry.registry import publish

    publish(places.registry_snapshot(settings))


def demo_login(settings: Settings) -> tuple[str, str]:
    """Name and password of the demo's operator."""
    del settings
    from voltward.entry.management.commands.demo_setup import LOGIN, demo_password

    return LOGIN, demo_password()
