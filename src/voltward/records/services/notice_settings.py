"""How a person wants to be told, and in which words a maker speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from voltward.base.errors import BadInput
from voltward.records.actions import action, record
from voltward.records.models import (
    LANGUAGES,
    NoticeSetting,
    NoticeTemplate,
    Person,
    QuietHours,
)
from voltward.records.models.notice_ways import OUTSIDE_KINDS
from voltward.records.notice_kinds import kind_of
from voltward.records.notice_words import template_checked
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.services.protection import own_contact_change


@dataclass(frozen=True)
class Quiet:
    """From ``starts`` to ``ends``, Asia/Shanghai; severities from ``passes_from`` on get through."""

    starts: time
    ends: time
    passes_from: int = 3


@action("notice.own_setting", needs=OWN_ACCOUNT)
def own_notice_setting_change(
    actor: Person,
    *,
    order: Sequence[str] | None,
    language: str,
    quiet: Quiet | None,
    email: str | None = None,
    phone: str | None = None,
) -> NoticeSetting:
    """``order``: kinds as they are tried, None: the maker's order.

    ``email``, ``phone``: kept as the person's contact, the one place for both; None: as before.

    Raises:
        BadInput: an unknown kind, language or level, a badly formed address, or hours without a span.
    """
    if order is not None and set(order) - set(dict(OUTSIDE_KINDS)):
        raise BadInput(f"order: {', '.join(order)}; known are {', '.join(dict(OUTSIDE_KINDS))}")
    if language not in {"", *dict(LANGUAGES)}:
        raise BadInput(f"language: {language}; known are {', '.join(dict(LANGUAGES))}")
    setting, _made = NoticeSetting.objects.get_or_create(person=actor)
    before = {"order": setting.order, "language": setting.language}
    setting.order = list(dict.fromkeys(order)) if order is not None else None
    setting.language = language
    setting.save()
    if email is not None or phone is not None:
        own_contact_change(actor, phone=phone, email=email)
    _quiet_kept(actor, quiet)
    after = {
        "order": setting.order,
        "language": language,
        "quiet": [str(quiet.starts), str(quiet.ends), quiet.passes_from] if quiet else None,
        "addresses": [name for name, text in (("email", email), ("phone", phone)) if text],
    }
    record(actor, "notice.own_setting", actor, before=before, after=after)
    return setting


def _quiet_kept(actor: Person, quiet: Quiet | None) -> None:
    if quiet is None:
        QuietHours.objects.filter(person=actor).delete()
        return
    if quiet.starts == quiet.ends or quiet.passes_from not in (1, 2, 3):
        raise BadInput("quiet hours: they start and end at different times; levels are 1 to 3")
    QuietHours.objects.update_or_create(
        person=actor,
        defaults={
            "starts": quiet.starts,
            "ends": quiet.ends,
            "passes_from": quiet.passes_from,
        },
    )


@action("notice.template_revise", needs="notice.manage")
def template_revise(
    actor: Person, *, code: str, language: str, title: str, body: str
) -> NoticeTemplate:
    """Add a version of the maker's own words for a kind; earlier versions stay.

    Raises:
        BadInput: unknown kind or language, or words that ``template_checked`` refuses.
    """
    words = template_checked(kind_of(code), title, body)
    if language not in dict(LANGUAGES) or actor.maker_id is None:
        raise BadInput(f"language: {language}; known are {', '.join(dict(LANGUAGES))}")
    own = NoticeTemplate.objects.filter(maker=actor.maker_id, code=code, language=language)
    last = own.order_by("-version").first()
    template = NoticeTemplate.objects.create(
        maker_id=actor.maker_id, code=code, language=language, title=words.title, body=words.body,
        version=last.version + 1 if last else 1, made_by=actor,
    )  # fmt: skip
    before = {"title": last.title, "body": last.body} if last else {}
    after = {"code": code, "language": language, "title": words.title, "body": words.body}
    record(actor, "notice.template_revise", template, before=before, after=after)
    return template
