"""Addresses of static registration."""

from django.urls import URLPattern, URLResolver, path

from voltward.exchange.registration_lists import REGISTRATIONS
from voltward.exchange.ui import registrations
from voltward.pages.lists.page import page_of

REGISTRATION_URLS: list[URLPattern | URLResolver] = [
    path("registrations/", page_of(REGISTRATIONS).as_view(), name="registrations"),
    path("registrations/mark/", registrations.mark, name="registration-mark"),
    path("registrations/files/", registrations.files, name="registration-files"),
    path("registrations/<int:row_id>/", registrations.page, name="registration"),
]
