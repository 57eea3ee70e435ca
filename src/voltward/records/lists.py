"""What the lists of all rooms need of records/: kept columns and filters, limits, audit rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from voltward.pages.lists.ports import Left, Saved
from voltward.records.selectors import exports
from voltward.records.selectors import list_views as selectors
from voltward.records.services import exports as services
from voltward.records.services import refusal_recorded


class ListPorts:
    """``pages.lists.ports.Ports``, answered out of the database."""

    def scope(self, actor: Any) -> str:
        return str(actor.maker_id)

    def columns(self, actor: Any, of: str) -> Sequence[str]:
        return selectors.columns_kept(actor, of)

    def saved(self, actor: Any, of: str) -> Sequence[Saved]:
        rows = list(selectors.filter_visible(actor, of))
        if not rows:
            return ()
        first, followed = selectors.opens_with(actor, of), selectors.subscribed_filters(actor, of)
        return [
            Saved(
                row.pk, row.name, selectors.filter_query(row), row.is_shared,
                row.owner_id == actor.pk, row.pk == first, row.pk in followed,
            )
            for row in rows
        ]  # fmt: skip

    def export_limit(self, actor: Any) -> int:
        return exports.export_rule(actor).rows

    def may_ask(self, actor: Any) -> bool:
        return "export.large" in actor.grants

    def exported(self, actor: Any, left: Left) -> None:
        services.export_recorded(actor, left)

    def refused(self, actor: Any, of: str, needs: str) -> None:
        refusal_recorded(actor, what=f"{of}.export", subject=of, needs=needs)

    def ask(self, actor: Any, wish: Left) -> str:
        services.export_ask(actor, wish=wish)
        return reverse("exports")
