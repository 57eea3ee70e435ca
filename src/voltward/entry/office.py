"""Django, brought up once in a process that needs it."""

import os
from collections.abc import Sequence

SETTINGS_MODULE = "voltward.entry.settings"


def begin_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    import django

    django.setup()


def run_management(arguments: Sequence[str]) -> int:
    """One of Django's commands, on the running database or one started for as long as it takes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    from django.core.management import execute_from_command_line

    from voltward.base.settings import Settings
    from voltward.entry.postgres import running

    settings = Settings()
    if settings.database_url:
        execute_from_command_line(["voltward manage", *arguments])
        return 0
    settings.data.mkdir(parents=True, exist_ok=True)
    with running(settings.data):
        execute_from_command_line(["voltward manage", *arguments])
    return 0
