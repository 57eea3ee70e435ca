"""Terminal keys: imported, activated and revoked by two people, handed to the gateways."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.exchange.keys_made import fresh_key, on_file
from tests.records.import_runs import applied, csv_of, keep_under

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.entry import registry
from voltward.entry.key_snapshot import KeySnapshot
from voltward.exchange.models import SealAgreement, TerminalKey
from voltward.exchange.selectors.terminal_keys import agreement_of, key_generation
from voltward.exchange.services.seal_agreements import seal_agreement_propose
from voltward.exchange.services.terminal_keys import terminal_key_ask
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import registry_generation
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistrySnapshot
from voltward.records.approvals import approval_accept, approval_refuse
from voltward.records.days import today
from voltward.records.models import Approval, AuditRow, Person
from voltward.records.services import imports
from voltward.seals.ciphers import CipherRule
from voltward.seals.key_file import Agreement, read_keys

pytestmark = pytest.mark.django_db
HEADERS = ["VIN", "芯片编号", "签名算法", "公钥", "有效期自", "有效期至"]
SEAL_KEY = b"s" * 32


def stepped(asker: Person, decider: Person, row: TerminalKey, step: str) -> TerminalKey:
    wish = terminal_key_ask(asker, key_id=row.pk, step=step, reason="按计划")
    approval_accept(decider, approval_id=wish.pk)
    row.refresh_from_db()
    return row


def test_a_key_becomes_active_when_a_second_person_agrees_and_ends_when_one_does(
    officer: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    row, before = on_file(vehicle), registry_generation()
    wish = terminal_key_ask(officer, key_id=row.pk, step="activate", reason="工厂已核对")
    row.refresh_from_db()
    assert (row.state, registry_generation()) == ("registered", before)
    with pytest.raises(NotPermitted):
        approval_accept(officer, approval_id=wish.pk)
    approval_accept(safety_head, approval_id=wish.pk)
    row.refresh_from_db()
    assert row.state == "active"
    assert row.activated_at is not None
    assert registry_generation() > before
    assert stepped(officer, safety_head, row, "revoke").state == "revoked"
    with pytest.raises(WrongState):
        terminal_key_ask(officer, key_id=row.pk, step="activate", reason="again")
    told = set(
        AuditRow.objects.filter(subject=f"TerminalKey:{row.pk}").values_list("action", "result")
    )
    assert {
        ("terminal_key.ask", "done"),
        ("terminal_key.activate", "done"),
        ("terminal_key.revoke", "done"),
    } <= told


def test_what_a_second_person_refuses_changes_nothing_and_may_be_asked_again(
    officer: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    row = on_file(vehicle, state="pending")
    wish = terminal_key_ask(officer, key_id=row.pk, step="activate", reason="新终端")
    with pytest.raises(WrongState):
        terminal_key_ask(officer, key_id=row.pk, step="revoke", reason="twice")
    approval_refuse(safety_head, approval_id=wish.pk, note="来源不明")
    row.refresh_from_db()
    assert row.state == "pending"
    assert stepped(officer, safety_head, row, "revoke").state == "revoked"


def test_asking_needs_the_grant_the_makers_own_key_and_a_reason(
    officer: Person, other_officer: Person, operator: Person, vehicle: Vehicle
) -> None:
    row = on_file(vehicle)
    with pytest.raises(NotPermitted):
        terminal_key_ask(operator, key_id=row.pk, step="activate", reason="x")
    with pytest.raises(NotFound):
        terminal_key_ask(other_officer, key_id=row.pk, step="activate", reason="x")
    for step, reason in (("activate", " "), ("delete", "x")):
        with pytest.raises(BadInput):
            terminal_key_ask(officer, key_id=row.pk, step=step, reason=reason)
    row.refresh_from_db()
    assert (row.state, row.approval, Approval.objects.count()) == ("registered", None, 0)


def test_a_new_key_of_the_same_chip_ends_the_old_one_in_the_same_step(
    officer: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    old, new = on_file(vehicle, state="active"), on_file(vehicle)
    stepped(officer, safety_head, new, "activate")
    old.refresh_from_db()
    assert (old.state, new.state) == ("revoked", "active")


def test_a_chip_in_use_in_another_vehicle_cannot_be_activated(
    officer: Person, safety_head: Person, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    on_file(other_vehicle, state="active")
    row = on_file(vehicle)
    wish = terminal_key_ask(officer, key_id=row.pk, step="activate", reason="x")
    with pytest.raises(WrongState):
        approval_accept(safety_head, approval_id=wish.pk)
    row.refresh_from_db()
    wish.refresh_from_db()
    assert (row.state, wish.state) == ("registered", "waiting")


def test_a_file_registers_keys_but_activates_none_and_is_undone(
    safety_head: Person,
    officer: Person,
    vehicle: Vehicle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_under(tmp_path, monkeypatch)
    key = fresh_key()
    rows = [
        [vehicle.vin, "CHIP1", "SM2", key.hex(), "2026-01-01", "2036-01-01"],
        [vehicle.vin, "CHIP2", "SM2", "04" + "00" * 64, "", ""],
        ["LVVDB11B0RE000009", "CHIP3", "SM2", fresh_key().hex(), "", ""],
        [vehicle.vin, "CHIP 4", "SM2", fresh_key().hex(), "", ""],
        [vehicle.vin, "CHIP5", "SM2", fresh_key().hex(), "2036-01-01", "2026-01-01"],
    ]
    before = key_generation()
    run = applied(officer, csv_of(rows, HEADERS), kind="terminal_key", good_rows_only=True)
    (row,) = TerminalKey.objects.all()
    assert (row.chip_id, row.state, row.public_key) == ("CHIP1", "registered", key.hex())
    assert row.valid_until is not None
    assert row.valid_until.isoformat() == "2036-01-01T16:00:00+00:00"  # the day counts to its end
    assert key_generation() > before
    again = applied(officer, csv_of(rows[:1], HEADERS), kind="terminal_key")
    assert (again.new_rows, again.changed_rows) == (0, 0)
    imports.import_ask_undo(safety_head, run_id=run.pk)
    from tests.records.import_runs import worked

    worked(run)
    assert not TerminalKey.objects.exists()


def test_only_who_may_write_keys_imports_them(operator: Person) -> None:
    with pytest.raises(NotPermitted):
        imports.import_upload(operator, kind="terminal_key", file_name="k.csv", pieces=[b"VIN\n"])


def test_the_gateways_are_told_of_keys_and_of_who_must_sign(
    officer: Person, safety_head: Person, vehicle: Vehicle, tmp_path: Path
) -> None:
    row = on_file(vehicle)
    keys = KeySnapshot(tmp_path / "keys", SEAL_KEY)
    keys.publish()
    (filed,) = read_keys(tmp_path / "keys", SEAL_KEY).vehicles[vehicle.vin].keys
    assert (filed.state, filed.key.hex()) == ("registered", row.public_key)
    flags = []
    for step in ("activate", "revoke"):
        stepped(officer, safety_head, row, step)
        keys.publish()
        registry.publish(tmp_path / "registry")
        snapshot = RegistrySnapshot.load(tmp_path / "registry")
        flags.append(int(snapshot.flags[snapshot.find(vehicle.vin.encode())]))
        known = read_keys(tmp_path / "keys", SEAL_KEY).vehicles[vehicle.vin]
        assert known.keys[0].state == {"activate": "active", "revoke": "revoked"}[step]
    assert flags == [REGISTERED | ENROLLED] * 2  # a revoked key sets nobody free


def test_a_pending_key_is_not_told_to_the_gateways(vehicle: Vehicle, tmp_path: Path) -> None:
    on_file(vehicle, state="pending")
    KeySnapshot(tmp_path / "keys", SEAL_KEY).publish()
    assert read_keys(tmp_path / "keys", SEAL_KEY).vehicles == {}


@pytest.mark.parametrize("state", ["pending", "registered"])
def test_a_key_that_was_turned_down_before_its_use_asks_nothing_of_its_vehicle(
    officer: Person, safety_head: Person, vehicle: Vehicle, tmp_path: Path, state: str
) -> None:
    stepped(officer, safety_head, on_file(vehicle, state=state), "revoke")
    KeySnapshot(tmp_path / "keys", SEAL_KEY).publish()
    assert read_keys(tmp_path / "keys", SEAL_KEY).vehicles == {}
    registry.publish(tmp_path / "registry")
    snapshot = RegistrySnapshot.load(tmp_path / "registry")
    assert snapshot.flags[snapshot.find(vehicle.vin.encode())] == REGISTERED


VALUES = {
    "mode": "gcm", "padding": "pkcs7", "vector": "prefix", "sm2": "der", "rsa": "oaep", "wrap": "rsa",
    "logins_signed": False, "source": "终端技术协议 3.2",
}  # fmt: skip


def test_an_agreement_holds_from_its_day_on_once_a_second_person_agrees(
    officer: Person, safety_head: Person, operator: Person
) -> None:
    assert officer.maker_id is not None
    day = today() + timedelta(days=2)
    with pytest.raises(NotPermitted):
        seal_agreement_propose(operator, values={**VALUES, "effective_from": day}, reason="x")
    for values, reason in (
        ({**VALUES, "effective_from": today() - timedelta(days=1)}, "x"),
        ({**VALUES, "effective_from": day}, " "),
        ({**VALUES, "effective_from": day, "mode": "xts"}, "x"),
        ({**VALUES, "effective_from": day, "state": "approved"}, "x"),
    ):
        with pytest.raises(BadInput):
            seal_agreement_propose(officer, values=values, reason=reason)
    row = seal_agreement_propose(officer, values={**VALUES, "effective_from": day}, reason="新终端")
    assert agreement_of(officer.maker_id, day) == Agreement()
    assert row.approval is not None
    approval_accept(safety_head, approval_id=row.approval.pk)
    assert agreement_of(officer.maker_id, day - timedelta(days=1)) == Agreement()
    rule = CipherRule("gcm", "pkcs7", "prefix", "der", "oaep")
    assert agreement_of(officer.maker_id, day) == Agreement(rule, "rsa", False)


def test_a_refused_agreement_never_holds(officer: Person, safety_head: Person) -> None:
    row = seal_agreement_propose(
        officer, values={**VALUES, "effective_from": date(2099, 1, 1)}, reason="x"
    )
    assert row.approval is not None
    approval_refuse(safety_head, approval_id=row.approval.pk, note="no")
    assert SealAgreement.objects.get(pk=row.pk).state == "refused"


def test_the_page_asks_and_shows_only_what_its_reader_may(
    officer: Person, operator: Person, other_officer: Person, vehicle: Vehicle
) -> None:
    row, client = on_file(vehicle), Client()
    address = f"/terminal-keys/{row.pk}/"
    client.force_login(operator)
    assert client.get(address).status_code == 403
    client.force_login(other_officer)
    assert client.get(address).status_code == 404
    client.force_login(officer)
    assert row.fingerprint[:8] in client.get(address).content.decode()
    assert client.post(address, {"step": "activate", "reason": ""}).status_code == 302
    row.refresh_from_db()
    assert row.approval is None
    client.post(address, {"step": "activate", "reason": "已核对"})
    row.refresh_from_db()
    assert row.approval is not None
    assert "申请启用" not in client.get(address).content.decode()
