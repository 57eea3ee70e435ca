"""Django's view of the room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "voltward.exchange"
    label = "exchange"
