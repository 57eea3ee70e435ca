"""What the proofs of upload add to the room: menu entries and a vehicle's tab."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import MenuItem, Tab

PROOF_MENU = (
    MenuItem(_("监管对接"), _("上传对账"), "reconciliation", "list-details", "exchange.read", 310),
    MenuItem(_("监管对接"), _("为什么没有这一帧"), "missing-frame", "search", "exchange.read", 315),
)
PROOF_TABS = (Tab("vehicle", _("上传"), "vehicle-upload", "exchange.read", 45),)
