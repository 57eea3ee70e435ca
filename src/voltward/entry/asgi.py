"""The web process's application, run by ``voltward web`` under uvicorn."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voltward.entry.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application

from voltward.entry.body_limit import BodyLimit
from voltward.records import wall

# under ASGI every request has a thread of its own: connections live in a pool, not per thread
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
settings.DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 24, "timeout": 10}

wall.closed_by_default()
application = BodyLimit(get_asgi_application(), settings.VOLTWARD.import_bytes)
