"""How a draft's data units are encrypted and signed, and its data key; approving stands apart.

A new data key is a new revision like any other change: written by one person, approved by another.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from voltward.base.errors import BadInput
from voltward.exchange.models import PlatformCover, PlatformRevision
from voltward.exchange.platform_covers import FIELDS, cover_of, needs_data_key, row_of, told
from voltward.exchange.platform_links import settings_checked
from voltward.exchange.services.platform_secrets import data_key_put
from voltward.exchange.services.platforms import CHANGED, PROPOSE, draft_locked
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.seals.ciphers import KEY_BYTES
from voltward.uplink.covers import key_text, peer_algorithm

ENCRYPTION: Final = "encryption"


@action("uplink.cover", needs=PROPOSE)
def uplink_cover(
    actor: Person,
    *,
    name: str,
    number: int,
    values: Mapping[str, Any],
    data_key: str = "",
    is_new_key: bool = False,
) -> PlatformRevision:
    """Say how a draft encrypts and signs; an empty ``data_key`` leaves the one there is.

    ``values``: "encryption" and those of ``platform_covers.FIELDS``. ``is_new_key``: a fresh data key
    is made here, for platforms that are told it by 0B.

    Raises:
        NotFound: no such draft.
        BadInput: a value that no link can have; the text begins with its name.
        WrongState: it is no draft.
    """
    row = draft_locked(actor, name, number)
    before = told(row)
    cover_filled(row, values, data_key, is_new_key=is_new_key)
    after = told(row) | ({"data_key": CHANGED} if data_key or is_new_key else {})
    record(actor, "uplink.cover", row, before=before, after=after)
    return row


def cover_filled(
    row: PlatformRevision, values: Mapping[str, Any], data_key: str, *, is_new_key: bool
) -> None:
    """For use inside an action; saved, for the revision is.

    Raises:
        BadInput: see ``uplink_cover``.
    """
    if strange := values.keys() - {ENCRYPTION, *FIELDS}:
        raise BadInput(f"{', '.join(sorted(strange))}: no setting of a platform")
    cover = row_of(row) or PlatformCover(maker_id=row.maker_id, revision=row)
    row.encryption = values.get(ENCRYPTION, row.encryption)
    for key in FIELDS:
        if key in values:
            value = values[key]
            setattr(cover, key, value.strip() if isinstance(value, str) else value)
    data_key = secrets.token_hex(KEY_BYTES) if is_new_key else data_key.strip().lower()
    if is_new_key and not (needs_data_key(row) and cover.exchanges):
        raise BadInput("is_new_key: only AES and SM4 with key exchange can be told a fresh key")
    try:
        cover.clean_fields(exclude=["maker", "revision", "sealed", "key_set_at"])
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        raise BadInput(f"{field}: {texts[0]}") from error
    _one_form(row, cover)
    if data_key and not _is_key(data_key):
        raise BadInput("data_key: not 32 hexadecimal digits")
    if data_key:
        data_key_put(cover, data_key)
        cover.key_set_at = timezone.now()
    settings_checked(row.platform, row, "", data_key)
    row.save(update_fields=[ENCRYPTION])
    cover.save()


def _one_form(row: PlatformRevision, cover: PlatformCover) -> None:
    """The platform's key is kept in one form, whatever it was pasted in."""
    algorithm = peer_algorithm(row.encryption, cover_of(row, ""))
    if algorithm is not None and cover.peer_key:
        cover.peer_key = key_text(cover.peer_key, algorithm)


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == KEY_BYTES
    except ValueError:
        return False
