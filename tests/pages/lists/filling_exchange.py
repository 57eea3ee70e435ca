"""A few rows of each list of exchange/, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.pages.lists.filling_basics import NUMBER, Numbers, of_maker

from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.records.models import Person


def platforms(reader: Person) -> None:
    """Approved ones by command, so that none needs a second person, and drafts."""
    maker = of_maker(reader)
    for number in Numbers:
        approved = number % 2 == 0
        platform = PublicPlatform.objects.create(
            maker=maker, name=f"p{maker.pk}-{number}", title=f"平台{NUMBER - number}",
            number=8 * (maker.pk % 8) + number, kind=("national", "local", "client")[number % 3],
            state="approved" if approved else "draft", created_by=reader, is_paused=number == 4,
        )  # fmt: skip
        PlatformRevision.objects.create(
            maker=maker, platform=platform, number=1, host=f"p{number}.example", port=32960,
            identity="VOLTWARD000000001", user="volt", drafted_by=reader,
            state="approved" if approved else "draft", by_command=approved,
        )  # fmt: skip


EXCHANGE: dict[str, Callable[[Person], Any]] = {"public_platform": platforms}
