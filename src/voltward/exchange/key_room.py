"""What keys, agreements and security events add to the room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.exchange.services import seal_agreements, terminal_keys
from voltward.exchange.terminal_key_imports import TERMINAL_KEYS
from voltward.pages.room import MenuItem

# naming them makes their second persons and imports known
STEPS = (seal_agreements, terminal_keys)
IMPORT_KINDS = (TERMINAL_KEYS,)

KEY_MENU = (
    MenuItem(
        _("监管对接"), _("终端密钥"), "terminal-keys", "list-details", "terminal_key.read", 340
    ),
    MenuItem(_("监管对接"), _("安全事件"), "security-events", "activity", "security.read", 345),
)
