"""What exchange/ shows: links to public platforms, proof of upload, data quality, keys, downlink."""

from django.utils.translation import gettext_lazy as _

from voltward.exchange.key_lists import KEY_LISTS
from voltward.exchange.key_subjects import KEY_SUBJECTS
from voltward.exchange.services import seal_agreements, terminal_keys
from voltward.exchange.terminal_key_imports import TERMINAL_KEYS
from voltward.pages.room import MenuItem, Room

# naming them makes their second persons and imports known
STEPS = (seal_agreements, terminal_keys)
IMPORT_KINDS = (TERMINAL_KEYS,)

ROOM = Room(
    name="exchange",
    menu=(
        MenuItem(
            _("监管上报"), _("终端密钥"), "terminal-keys", "list-details", "terminal_key.read", 240
        ),
        MenuItem(_("监管上报"), _("安全事件"), "security-events", "activity", "security.read", 245),
    ),
    subjects=KEY_SUBJECTS,
    lists=KEY_LISTS,
    urls="voltward.exchange.ui.urls",
)
