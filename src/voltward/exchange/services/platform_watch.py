"""Watching the links: a sample a minute for the page, and people told once when something lasts too long."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.urls import reverse

from voltward.exchange import notice_kinds as notices
from voltward.exchange import platform_states as states
from voltward.exchange.link_status import UP, LinkStatus
from voltward.exchange.models import PlatformSample, PlatformWarning, PublicPlatform
from voltward.exchange.models.platform_watch import BACKLOGS, DOWN
from voltward.exchange.ports import link_status
from voltward.exchange.selectors.link_rules import SAMPLES_KEPT, link_rule, span_of
from voltward.records.actions import action, record
from voltward.records.models import DeadlineRule, Person
from voltward.records.notice_ports import now
from voltward.records.selectors import installation
from voltward.records.selectors.recipients import grant_holders
from voltward.records.services.notices import notice_send

WATCH: Final = "exchange.watch"
HEARS: Final = "exchange.manage"  # whoever holds it is told
_SEVERITY: Final = dict(zip(BACKLOGS, (1, 2, 3, 3), strict=True))
_NO_UPLINK: Final = "voltward uplink"  # the process that is to be looked at
_SHORT: Final = {"second": "s", "minute": "min", "hour": "h", "day": "d"}


def samples_take() -> int:
    """Note down how each link stands, and forget what is old; figures, no decision hangs on one."""
    at, taken = now(), 0
    for platform in _watched():
        status = link_status(platform.name)
        rule = link_rule(platform.maker_id, SAMPLES_KEPT, at)
        if rule is not None:
            platform.samples.filter(at__lt=at - span_of(rule)).delete()
        if status is None or status.is_silent(at.timestamp()):
            continue  # a gap in the curve is what was seen
        PlatformSample.objects.create(
            maker_id=platform.maker_id, platform=platform, at=at, state=status.state[:16],
            lag_s=status.lag_s, due=status.due, sent_per_s=status.sent_per_s, refused=status.refused,
        )  # fmt: skip
        taken += 1
    return taken


def warnings_look() -> int:
    """Look at every link, tell of what lasts too long; gives of how many warnings people were told."""
    return sum(_look(platform, link_status(platform.name), now()) for platform in _watched())


def _watched() -> list[PublicPlatform]:
    rows = PublicPlatform.objects.filter(state=states.APPROVED).select_related("maker")
    return list(rows.order_by("number"))


def _look(platform: PublicPlatform, status: LinkStatus | None, at: datetime) -> int:
    fresh = None if status is None or status.is_silent(at.timestamp()) else status
    is_down = not platform.is_paused and (fresh is None or fresh.state != UP)
    told = _down(platform, fresh, at) if is_down else _over(platform, DOWN, at)
    # what a silent uplink left behind goes on ageing
    backlog_s = 0.0 if status is None else status.backlog_s(at.timestamp())
    for code in BACKLOGS:
        rule = link_rule(platform.maker_id, code, at)
        if rule is None or status is None or backlog_s < span_of(rule).total_seconds():
            _over(platform, code, at)
        else:
            told += _backlog(platform, code, rule, status, at)
    return told


def _down(platform: PublicPlatform, fresh: LinkStatus | None, at: datetime) -> int:
    """``fresh``: what its uplink says now; None: nothing."""
    warning = _open(platform, DOWN, at)
    rule = link_rule(platform.maker_id, DOWN, at)
    if warning.told_at is not None or rule is None or at - warning.since_at < span_of(rule):
        return 0
    _tell(
        installation(), warning=warning, kind=notices.LINK_DOWN.code, severity=2, at=at,
        values={
            "platform": platform.title, "since_at": warning.since_at.isoformat(),
            "error": _NO_UPLINK if fresh is None else fresh.error or fresh.reason or fresh.state,
        },
    )  # fmt: skip
    return 1


def _backlog(
    platform: PublicPlatform, code: str, rule: DeadlineRule, status: LinkStatus, at: datetime
) -> int:
    warning = _open(platform, code, at)
    if warning.told_at is not None:
        return 0
    oldest = datetime.fromtimestamp(status.due_oldest_s, UTC)
    _tell(
        installation(), warning=warning, kind=notices.LINK_BACKLOG.code, severity=_SEVERITY[code],
        at=at,
        values={
            "platform": platform.title, "span": f"{rule.amount} {_SHORT[rule.unit]}",
            "due": str(status.due), "oldest_at": oldest.isoformat(),
        },
    )  # fmt: skip
    return 1


def _open(platform: PublicPlatform, code: str, at: datetime) -> PlatformWarning:
    made, _is_new = PlatformWarning.objects.get_or_create(
        platform=platform, code=code, ended_at=None,
        defaults={"maker_id": platform.maker_id, "since_at": at},
    )  # fmt: skip
    return made


def _over(platform: PublicPlatform, code: str, at: datetime) -> int:
    """End what was open; what nobody was told of leaves no trace."""
    rows = PlatformWarning.objects.filter(platform=platform, code=code, ended_at=None)
    rows.filter(told_at=None).delete()
    rows.update(ended_at=at)
    return 0


@action("uplink.tell", needs=WATCH)
def _tell(
    actor: Person,
    *,
    warning: PlatformWarning,
    kind: str,
    severity: int,
    at: datetime,
    values: dict[str, str],
) -> None:
    platform = warning.platform
    warning.told_at = at
    warning.save(update_fields=["told_at"])
    notice_send(
        actor, kind=kind, to=grant_holders(platform.maker_id, HEARS), values=values,
        severity=severity, subject=platform, path=reverse("uplink", args=[platform.name]),
        maker=platform.maker,
    )  # fmt: skip
    after = {"code": warning.code, **values}
    record(actor, "uplink.tell", platform, before={}, after=after, maker_id=platform.maker_id)
