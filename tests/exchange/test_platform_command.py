"""``voltward manage platform``: set up from the machine itself, in force at once, and kept as such."""

from __future__ import annotations

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.exchange.platforms_made import PASSWORD, said

from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.selectors.platforms import revision_in_force
from voltward.exchange.services.platform_secrets import password_of
from voltward.records.models import AuditRow, Maker

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return file


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("platform", *arguments, stdout=out)
    return out.getvalue()


def add(secret: Path, name: str = "city", *more: str) -> str:
    return told(
        "add", name, "--address", "127.0.0.1:32961", "--edition", "2016", "--identity",
        "VOLTWARD000000001", "--user", "volt", "--password-file", str(secret), "--all-vehicles", *more,
    )  # fmt: skip


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told("list", "--json"))
    return found


def test_a_platform_added_by_command_is_in_force_at_once_and_kept_as_set_by_command(
    maker: Maker, secret: Path
) -> None:
    add(secret)
    row = PlatformRevision.objects.select_related("platform").get()
    assert (row.by_command, row.platform.state, row.all_vehicles) == (True, "approved", True)
    assert (row.host, row.port, row.edition, row.user) == ("127.0.0.1", 32961, 2016, "volt")
    assert password_of(row) == PASSWORD
    kept = AuditRow.objects.get(action="uplink.install")
    assert (kept.maker, kept.after["password"]) == (maker, "changed")
    assert PASSWORD not in json.dumps(kept.after)


def test_a_new_password_is_set_without_naming_the_rest(maker: Maker, secret: Path) -> None:
    add(secret)
    secret.write_text("the-next-one")
    told("set", "city", "--password-file", str(secret), "--no-all-vehicles", "--all-vehicles")
    row = revision_in_force(PublicPlatform.objects.get())
    assert row is not None
    assert (row.number, row.port, password_of(row)) == (2, 32961, "the-next-one")


def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(
    maker: Maker, secret: Path, tmp_path: Path
) -> None:
    for name, more in (
        ("City", ()), ("city", ("--address", "nowhere")), ("city", ("--no-all-vehicles",)),
        ("city", ("--password-file", str(tmp_path / "none"))), ("city", ("--ca", str(secret))),
    ):  # fmt: skip
        with pytest.raises(CommandError) as refusal:
            add(secret, name, *more)
        assert "\n" not in str(refusal.value)
    assert not PublicPlatform.objects.exists()
    add(secret)
    with pytest.raises(CommandError, match="taken"):
        add(secret)


def test_the_list_tells_state_lag_and_counts_of_each_link(
    maker: Maker, secret: Path, uplink: dict[str, LinkStatus]
) -> None:
    add(secret)
    add(secret, "county")
    now_s = time.time()
    uplink["city"] = said(
        now_s, lag_s=0.4, due=7, in_flight=3, sent=100, accepted=90, refused=2, unanswered=1
    )
    uplink["county"] = said(now_s - 3600, sent=5)  # its uplink has stopped
    city, county = listed()
    assert {name: city[name] for name in ("state", "lag_s", "sent", "answered", "refused", "open")} == {
        "state": "up", "lag_s": 0.4, "sent": 100, "answered": 92, "refused": 2, "open": 10,
    }  # fmt: skip
    assert (county["name"], county["state"], county["sent"]) == ("county", "off", 0)
    assert "city  up  127.0.0.1:32961" in told("list")


def test_pausing_and_resuming_by_command_leave_their_reason(
    maker: Maker, secret: Path, uplink: dict[str, LinkStatus]
) -> None:
    add(secret)
    told("pause", "city")
    assert listed()[0]["state"] == "paused"
    with pytest.raises(CommandError):
        told("pause", "city")
    told("resume", "city", "--reason", "maintenance is over")
    assert listed()[0]["state"] == "off"
    kept = AuditRow.objects.filter(action__in=("uplink.pause", "uplink.resume")).order_by("pk")
    assert [(one.maker, one.after["reason"]) for one in kept] == [
        (maker, "command line"), (maker, "maintenance is over"),
    ]  # fmt: skip
    with pytest.raises(CommandError):
        told("pause", "nobody")
