"""How audit rows and approvals show keys, agreements and security events."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.exchange.selectors.terminal_keys import (
    seal_agreement_visible,
    security_event_visible,
    terminal_key_visible,
)
from voltward.pages.room import Hit, SubjectKind
from voltward.records.models import Person


def _key(actor: Person, key: str) -> Hit | None:
    found = terminal_key_visible(actor).filter(pk=key).first() if key.isdecimal() else None
    if found is None:
        return None
    return Hit(str(found), found.fingerprint[:16], reverse("terminal-key", args=[found.pk]))


def _agreement(actor: Person, key: str) -> Hit | None:
    found = seal_agreement_visible(actor).filter(pk=key).first() if key.isdecimal() else None
    return None if found is None else Hit(str(found), found.source, reverse("seal-agreements"))


def _event(actor: Person, key: str) -> Hit | None:
    found = security_event_visible(actor).filter(pk=key).first() if key.isdecimal() else None
    return None if found is None else Hit(str(found), found.peer, reverse("security-events"))


KEY_SUBJECTS = (
    SubjectKind("TerminalKey", _("终端密钥"), "terminal_key.read", 210, _key),
    SubjectKind("SealAgreement", _("签名与加密约定"), "terminal_key.read", 211, _agreement),
    SubjectKind("SecurityEvent", _("安全事件"), "security.read", 212, _event),
)
