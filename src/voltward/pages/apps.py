"""Looks and patterns of every page."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "voltward.pages"
    label = "pages"
