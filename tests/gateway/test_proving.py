"""Batches that wait for their verdicts: order, links that go meanwhile, faults; and a real gateway."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.gateway.car import OK, OTHER_VIN, SIGNATURE, VIN, Car
from tests.gateway.house_of_tests import house
from tests.gateway.scenes import Scene, until
from tests.gateway.sealed_car import SealedCar, enrol
from tests.gateway.servers import Phone, events, eventually, frames, gateway

from voltward.gateway import hub as hub_module
from voltward.gateway.config import KeySource
from voltward.gateway.house import House
from voltward.gateway.prover import Prover
from voltward.gateway.reasons import CloseReason, RecordKind
from voltward.seals.key_file import VehicleKeys, write_keys

FRAME, NOISE = RecordKind.FRAME, RecordKind.NOISE
SEAL_KEY = b"s" * 32


class Gate:
    """Verdicts are made while it is open."""

    def __init__(self, prover: Prover) -> None:
        self.open, self.reached = threading.Event(), threading.Event()
        self._prepare = prover.prepare

    def prepare(self, wanted: Sequence[bytes]) -> None:
        self.reached.set()
        assert self.open.wait(20)
        self._prepare(wanted)


@pytest.fixture
def home() -> Iterator[House]:
    with house() as found:
        yield found


@pytest.fixture
def car(home: House) -> SealedCar:
    made = SealedCar()
    enrol(home, made.on_file())
    return made


async def waiting(scene: Scene, home: House, monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate(home.prover)
    monkeypatch.setattr(Prover, "prepare", lambda self, wanted: gate.prepare(wanted))
    return gate


def test_what_arrives_while_a_batch_is_verified_stays_in_order(
    home: House, car: SealedCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        scene = Scene(home)
        gate, link = await waiting(scene, home, monkeypatch), scene.connect()
        sent = [car.login(), *(car.realtime(number) for number in range(3))]
        data = b"".join(sent)
        link.data_received(data[: len(sent[0]) + 50])  # a login, and the beginning of a report
        scene.cut()
        assert await asyncio.to_thread(gate.reached.wait, 20)
        link.data_received(data[len(sent[0]) + 50 : len(sent[0]) + 90])
        link.data_received(data[len(sent[0]) + 90 :])
        scene.cut()  # nothing is cut meanwhile
        assert scene.journal.records == []
        gate.open.set()
        await until(lambda: len(scene.journal.kept(FRAME)) == len(sent))
        assert scene.journal.kept(FRAME) == sent
        assert scene.journal.kept(NOISE) == []
        await scene.settles()
        scene.hub.close(1.0)

    asyncio.run(scenario())


def test_a_link_that_goes_while_its_batch_is_verified_is_ended_by_the_next(
    home: House, car: SealedCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        scene = Scene(home)
        gate, link = await waiting(scene, home, monkeypatch), scene.connect()
        login, report = car.login(), car.realtime(1)
        link.data_received(login + report[:40])
        scene.cut()
        assert await asyncio.to_thread(gate.reached.wait, 20)
        link.data_received(report[40:])
        scene.hub.lost(link, CloseReason.PEER)
        fresh = scene.connect()  # must not get a seat that is still in use
        assert fresh.seat != link.seat
        gate.open.set()
        await until(lambda: link.session.ended)
        await scene.settles()
        assert scene.journal.kept(FRAME) == [login, report]
        assert not fresh.session.ended
        scene.hub.close(1.0)

    asyncio.run(scenario())


def test_a_fault_after_the_wait_loses_no_byte(
    home: House, car: SealedCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*facts: object) -> None:
        raise RuntimeError("a fault of ours")

    async def scenario() -> None:
        scene = Scene(home)
        gate, link = await waiting(scene, home, monkeypatch), scene.connect()
        login, report = car.login(), car.realtime(1)
        link.data_received(login)
        scene.cut()
        assert await asyncio.to_thread(gate.reached.wait, 20)
        link.data_received(report)
        monkeypatch.setattr(hub_module, "cut", breaks)
        gate.open.set()
        await until(lambda: link.session.ended)
        await scene.settles()
        assert b"".join(one[1:] for one in scene.journal.kept(NOISE)) == login + report
        scene.hub.close(1.0)

    asyncio.run(scenario())


def test_verdicts_that_could_not_be_made_ready_are_made_when_asked_for(
    home: House, car: SealedCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(self: Prover, wanted: Sequence[bytes]) -> None:
        raise RuntimeError("a fault of ours")

    async def scenario() -> None:
        scene = Scene(home)
        monkeypatch.setattr(Prover, "prepare", breaks)
        link = scene.connect()
        link.data_received(car.login() + SealedCar().realtime(1) + car.realtime(2))
        scene.cut()
        await until(lambda: len(scene.journal.kept(RecordKind.REFUSED)) == 1)
        assert len(scene.journal.kept(FRAME)) == 2
        await scene.settles()
        scene.hub.close(1.0)

    asyncio.run(scenario())


def source(folder: Path, *cars: SealedCar, generation: int = 1) -> KeySource:
    known = [(one.vin, VehicleKeys((one.on_file(),))) for one in cars]
    write_keys(folder / "keys", generation, known, SEAL_KEY)
    return KeySource(folder / "keys", SEAL_KEY, folder / "own")


def test_a_gateway_verifies_beside_its_loop_and_tells_the_security_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[str] = set()
    judged = Prover.judged

    def noted(self: Prover, vin: bytes, frame: bytes) -> object:
        if vin == VIN.encode() and frame[2] in (1, 2):
            threads.add(threading.current_thread().name)
        return judged(self, vin, frame)

    monkeypatch.setattr(Prover, "judged", noted)
    car, journal = SealedCar(), tmp_path / "journal"
    keys = source(tmp_path, car)
    with gateway(journal, keys=keys) as server, Phone(server.port) as phone:
        assert phone.asks(car.login()).flag == OK
        good = [car.realtime(number) for number in range(20)]
        phone.sends(*good)
        assert {phone.hears().flag for _ in good} == {OK}
        assert phone.asks(car.says(0x02, car.report())).flag == SIGNATURE
        with Phone(server.port) as other:
            assert other.asks(Car(OTHER_VIN).login()).flag == OK
        (told,) = eventually(lambda: events(journal, "refused", "security-0"), 5)
        assert (told["vin"], told["reason"]) == (VIN, "unsigned")
    assert frames(journal)[1:21] == good
    assert threads
    assert all(name.startswith("proving") for name in threads)


def test_a_new_file_of_keys_is_seen_and_a_damaged_one_changes_nothing(tmp_path: Path) -> None:
    car = SealedCar()
    with (
        gateway(tmp_path / "journal", keys=source(tmp_path)) as server,
        Phone(server.port) as phone,
    ):
        assert phone.asks(car.says(0x01, car.login_unit())).flag == OK
        source(tmp_path, car, generation=2)
        eventually(lambda: server.figure("keys_generation") == 2)
        assert phone.asks(car.says(0x02, car.report())).flag == SIGNATURE  # in the same session
        assert phone.asks(car.realtime(1)).flag == OK
        (tmp_path / "damaged").write_bytes(b"no keys")
        (tmp_path / "damaged").replace(tmp_path / "keys")
        eventually(lambda: server.figure('faults_total{code="keys"}') == 1)
        assert phone.asks(car.says(0x02, car.report())).flag == SIGNATURE


def test_a_machine_without_sm2_refuses_those_who_sign_with_it_and_says_so(
    home: House, car: SealedCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.gateway.house_of_tests import Caller

    from voltward.gateway import key_ring
    from voltward.seals import sm2
    from voltward.seals.libcrypto import NoSm2

    def lacks() -> object:
        raise NoSm2("libcrypto: built without SM2")

    login, told = car.login(), []
    monkeypatch.setattr(sm2, "libcrypto", lacks)
    monkeypatch.setattr(key_ring, "libcrypto", lacks)
    monkeypatch.setattr(key_ring.log, "critical", lambda event, **facts: told.append(event))
    key_ring.key_ring(None)
    assert told == ["sm2_missing"]
    assert Caller(home).sends(login).flags == [SIGNATURE]
