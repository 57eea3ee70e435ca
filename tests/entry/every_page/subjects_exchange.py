"""Records of exchange/ that have pages of their own; run in the office's surroundings."""

from __future__ import annotations

from datetime import date


def platforms(head) -> None:  # type: ignore[no-untyped-def]
    from django.utils import timezone

    from voltward.exchange.models import PlatformSample, PublicPlatform
    from voltward.exchange.services.platform_approving import uplink_propose
    from voltward.exchange.services.platform_contents import Item, uplink_leave_out
    from voltward.exchange.services.platform_covers import uplink_cover
    from voltward.exchange.services.platforms import uplink_add, uplink_draft
    from voltward.records.approvals import approval_accept
    from voltward.records.selectors import person_by_login

    officer = person_by_login("demo-cyber-officer")
    settings = {
        "host": "platform.example", "port": 32960, "identity": "VOLTWARD000000001", "user": "voltward",
    }  # fmt: skip
    uplink_add(
        head, name="national", title="National", kind="national", settings=settings, password="x1"
    )
    asked = uplink_propose(head, name="national", number=1, note="First link")
    approval_accept(officer, approval_id=asked.pk)
    uplink_draft(head, name="national")
    item = Item(5, "Local rule", "B", date(2026, 1, 1))
    uplink_leave_out(head, name="national", number=2, item=item)
    uplink_cover(
        head, name="national", number=2, values={"encryption": 3, "mode": "gcm"}, data_key="0f" * 16
    )
    platform = PublicPlatform.objects.get(name="national")
    PlatformSample.objects.create(
        maker=platform.maker, platform=platform, at=timezone.now(), state="up", due=0, sent_per_s=1.0,
        refused=0, lag_s=0.2,
    )  # fmt: skip


def reports(vin: str) -> None:
    """After ``platforms``."""
    from django.utils import timezone

    from voltward.exchange.models import PublicPlatform, ReportDue
    from voltward.exchange.services.manual_reports_opening import Told, manual_reports_take
    from voltward.exchange.services.report_answers import Fed, feedback_take
    from voltward.fleet.models import Vehicle
    from voltward.records.selectors import installation

    platform, car = PublicPlatform.objects.get(name="national"), Vehicle.objects.get(vin=vin)
    body = bytes.fromhex("1a030f081e05" + "00" * 11 + "01")
    now = timezone.now()
    ReportDue.objects.create(
        maker=car.maker, platform=platform, vehicle=car, command=0x11, moment=now, body=body.hex(),
        state="refused", flag=2, tries=4,
    )  # fmt: skip
    feedback_take(installation(), fed=[Fed("national", vin, body, now, now)])
    manual_reports_take([Told("national", car.vehicle_id, now, now, now)])


def frames_of_day(vin: str) -> str:
    """After ``platforms``; linked only from a day of which a link owes something."""
    return f"/vehicles/{vin}/upload/frames/?link=national&day={date.today().isoformat()}"
