"""Links that encrypt and sign, against a platform that refuses whatever is not as agreed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.uplink.broken_builds import SealsOnceForAll, SendsPlainText, SendsWhileAKeyIsOffered
from tests.uplink.scene import POSITION
from tests.uplink.sealed_scene import (
    KEY_1,
    KEY_2,
    OTHER_KEY,
    OURS,
    SealedScene,
    cover,
    demands,
    link,
    theirs,
)

from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition
from voltward.seals.ciphers import CipherRule, Encryption
from voltward.seals.keys import Algorithm
from voltward.seals.own_keys import PrivateKeys
from voltward.uplink.covers import Cover, longest_unit
from voltward.uplink.desk import Desk
from voltward.uplink.links import Link

OLD, NEW = Edition.Y2016, Edition.Y2025
RULES = {
    "2016 RSA PKCS#1": (OLD, Encryption.RSA, CipherRule()),
    "2016 RSA OAEP": (OLD, Encryption.RSA, CipherRule(rsa="oaep")),
    "2016 AES CBC": (OLD, Encryption.AES, CipherRule()),
    "2016 AES ECB": (OLD, Encryption.AES, CipherRule("ecb")),
    "2016 AES GCM": (OLD, Encryption.AES, CipherRule("gcm")),
    "2025 AES with a fixed vector": (NEW, Encryption.AES, CipherRule(vector="zero")),
    "2025 SM4 CBC": (NEW, Encryption.SM4, CipherRule()),
    "2025 SM4 GCM": (NEW, Encryption.SM4, CipherRule("gcm")),
    "2025 SM2": (NEW, Encryption.SM2, CipherRule()),
    "2025 SM2 in DER": (NEW, Encryption.SM2, CipherRule(sm2="der")),
    "2025 SM2 in the old order": (NEW, Encryption.SM2, CipherRule(sm2="c1c2c3")),
}
AES_2025 = link(NEW, Encryption.AES, cover(Encryption.AES))
EXCHANGED = link(
    NEW, Encryption.SM4, cover(Encryption.SM4, exchanges=True, peer_key=theirs(Algorithm.SM2))
)


def delivers(scene: SealedScene) -> None:
    """Live, then what came during an outage: all is accepted, once, and nothing went in the clear."""
    scene.run(1)
    live = [scene.report(number) for number in range(5)]
    scene.write(*live)
    scene.run(2)
    platform, scene.platform = scene.platform, None
    scene.cut()
    late = [scene.report(number, ago_s=0.0) for number in range(5)]
    scene.write(*late)
    scene.run(2)
    scene.platform = platform
    scene.run(70)  # who cannot connect tries again after a minute
    asking = scene.asking
    assert {frame[24:-1] for frame in asking.accepted} == {frame[24:-1] for frame in live + late}
    assert [frame[2] for frame in asking.accepted] == [2] * 5 + [3] * 5
    assert asking.flags == {1: 10}
    assert asking.platform.book.figures.duplicates == 0
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"] * 10
    assert POSITION[-4:] not in asking.wire
    assert scene.desk.client.strange == 0


@pytest.mark.parametrize("answers", [False, True], ids=["plain answers", "encrypted answers"])
@pytest.mark.parametrize("named", RULES)
def test_live_and_reissued_frames_go_encrypted_as_the_link_says(
    tmp_path: Path, named: str, answers: bool
) -> None:
    edition, encryption, rule = RULES[named]
    of = link(edition, encryption, cover(encryption, rule))
    scene = SealedScene(tmp_path, of, demands(of, answers=answers))
    delivers(scene)
    scene.stop()


@pytest.mark.parametrize("named", ["2016 AES CBC", "2025 SM4 GCM", "2025 SM2"])
def test_a_build_that_sends_plain_text_where_it_must_encrypt_is_caught(
    tmp_path: Path, named: str
) -> None:
    edition, encryption, rule = RULES[named]
    of = link(edition, encryption, cover(encryption, rule))
    scene = SealedScene(tmp_path, of, desk=SendsPlainText)
    with pytest.raises(AssertionError):
        delivers(scene)
    assert not scene.asking.accepted
    scene.stop()


def test_the_login_announces_the_rule_and_goes_in_the_clear_unless_agreed_otherwise(
    tmp_path: Path,
) -> None:
    for name, login_too in (("clear", False), ("covered", True)):
        of = replace(AES_2025, cover=cover(Encryption.AES, login_too=login_too))
        scene = SealedScene(tmp_path / name, of)
        scene.run(1)
        assert scene.desk.client.is_up
        assert (of.password.encode() in scene.asking.wire) is not login_too
        first = bytes(scene.asking.wire)
        assert first[21] == (Encryption.AES if login_too else Encryption.NONE)
        if not login_too:
            assert decode_frame(first).body.values["encryption"] == Encryption.AES
        scene.stop()


@pytest.mark.parametrize("login_too", [False, True])
def test_a_login_that_is_not_covered_as_agreed_is_refused(tmp_path: Path, login_too: bool) -> None:
    asked = demands(AES_2025, login_too=not login_too)
    of = replace(AES_2025, cover=replace(AES_2025.cover, login_too=login_too))
    scene = SealedScene(tmp_path, of, asked)
    scene.run(2)
    assert not scene.desk.client.is_up
    assert "login was refused" in scene.desk.client.reason
    scene.stop()


def test_under_a_wrong_key_nothing_is_given_up_and_all_follows_under_the_right_one(
    tmp_path: Path,
) -> None:
    # by CBC's padding a platform takes one wrong key in 256 for a right one; by a tag it never does
    rule = CipherRule("gcm")
    of = link(NEW, Encryption.AES, cover(Encryption.AES, rule))
    scene = SealedScene(tmp_path, of, demands(of, data_key=OTHER_KEY))
    scene.run(1)
    frames = [scene.report(number) for number in range(3)]
    scene.write(*frames)
    scene.run(600, 1)
    assert set(scene.asking.flags) == {7}
    assert scene.proved() == []  # not decrypted is no fault of a frame
    scene.use(cover=cover(Encryption.AES, rule, data_key=OTHER_KEY.hex()))
    scene.run(2000, 1)
    assert {frame[24:-1] for frame in scene.asking.accepted} == {one[24:-1] for one in frames}
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"] * 3
    scene.stop()


def turned_in_the_midst(scene: SealedScene) -> None:
    """Frames before, in flight and after a new key; all accepted, none twice, on one connection."""
    scene.run(1)
    scene.write(*(scene.report(number) for number in range(4)))
    scene.run(1)
    taken, scene.asking.platform.faults = (
        scene.asking,
        replace(scene.asking.platform.faults, lost=1.0),
    )
    scene.write(*(scene.report(number) for number in range(4, 8)))
    scene.run(1)  # in flight, and their answers are lost
    taken.platform.faults = replace(taken.platform.faults, lost=0.0)
    scene.use(cover=replace(scene.link.cover, data_key=KEY_2.hex()))
    scene.run(1)
    scene.write(*(scene.report(number) for number in range(8, 12)))
    scene.run(130)
    assert taken.demands.key == KEY_2
    assert set(taken.flags) == {1}
    assert len({frame[4:21] for frame in taken.accepted}) == 12
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"] * 12
    assert taken.sessions == 1


def test_a_new_key_is_brought_by_0b_while_frames_go_on_under_the_old_one(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, EXCHANGED)
    turned_in_the_midst(scene)
    assert KEY_1 not in scene.asking.wire
    assert KEY_2 not in scene.asking.wire
    scene.stop()


def test_a_build_that_sends_again_what_it_sealed_before_is_caught(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, EXCHANGED, desk=SealsOnceForAll)
    with pytest.raises(AssertionError):
        turned_in_the_midst(scene)
    scene.stop()


def refused_key(scene: SealedScene) -> None:
    """The platform does not take the new key: nothing goes under it, and nothing under the old one."""
    scene.run(1)
    scene.asking.demands.own = PrivateKeys()  # it cannot unwrap what comes now
    scene.use(cover=replace(scene.link.cover, data_key=KEY_2.hex()))
    scene.write(*(scene.report(number) for number in range(4)))
    scene.run(300, 0.5)
    assert not scene.asking.accepted
    assert not scene.asking.flags
    assert "key exchange was refused" in scene.desk.client.error


def test_a_platform_that_refuses_the_new_key_gets_nothing_until_it_takes_it(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, EXCHANGED)
    honest = scene.asking.demands.own
    refused_key(scene)
    scene.asking.demands.own = honest
    scene.run(2000, 1)
    assert len(scene.asking.accepted) == 4
    assert set(scene.asking.flags) == {1}
    scene.stop()


def between_offer_and_answer(scene: SealedScene) -> None:
    """What would go before the platform has said that it takes the new key."""
    scene.run(1)
    scene.use(cover=replace(scene.link.cover, data_key=KEY_2.hex()))
    scene.write(*(scene.report(number) for number in range(4)))
    scene.desk.step()
    scene.run(1)
    assert scene.asking.demands.key == KEY_2
    assert scene.asking.flags == {1: 4}


def test_between_the_offer_of_a_key_and_its_answer_no_frame_goes(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, EXCHANGED)
    between_offer_and_answer(scene)
    scene.stop()


def test_a_build_that_sends_while_a_key_is_offered_is_caught(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, EXCHANGED, desk=SendsWhileAKeyIsOffered)
    with pytest.raises(AssertionError):
        between_offer_and_answer(scene)
    scene.stop()


def test_a_key_is_offered_again_before_its_time_is_over(tmp_path: Path) -> None:
    of = replace(EXCHANGED, cover=replace(EXCHANGED.cover, valid_h=2))
    scene = SealedScene(tmp_path, of)
    scene.run(3 * 3600, 10)
    offers = bytes(scene.asking.wire).count(b"$$\x0b\xfe")
    assert 3 <= offers <= 4
    assert scene.asking.sessions == 1
    scene.stop()


def test_a_key_that_both_sides_turn_by_hand_needs_no_new_login(tmp_path: Path) -> None:
    old = link(OLD, Encryption.AES, cover(Encryption.AES))
    scene = SealedScene(tmp_path, old)
    scene.run(1)
    scene.asking.demands.data_key = KEY_2
    scene.use(cover=replace(old.cover, data_key=KEY_2.hex()))
    scene.write(scene.report(1))
    scene.run(2)
    assert (len(scene.asking.accepted), scene.asking.sessions) == (1, 1)
    scene.stop()


def test_a_kill_of_a_sealed_link_loses_nothing_and_repeats_nothing_that_is_proved(
    tmp_path: Path,
) -> None:
    scene = SealedScene(tmp_path, EXCHANGED)
    scene.tear = True
    scene.run(2)
    for first in range(0, 40, 4):
        scene.write(*(scene.report(number) for number in range(first, first + 4)))
        scene.run(0.4)
        scene.kill()
        scene.run(1.5)
    scene.tear = False
    scene.run(60, 0.2)
    assert len({frame[4:21] for frame in scene.asking.accepted}) == 40
    assert set(scene.asking.flags) == {1}
    assert scene.asking.platform.book.figures.out_of_order == 0
    proved = [position for outcome, _, position in scene.proved() if outcome == "accepted"]
    assert len(proved) == len(set(proved)) == 40
    scene.stop()


def signing(algorithm: str, *, marker: bool = False, sealed: bool = False) -> Link:
    if sealed:
        more = {"signature": algorithm, "with_marker": marker}
        return link(NEW, Encryption.SM4, cover(Encryption.SM4, **more))
    of = Cover(signature=algorithm, with_marker=marker)  # type: ignore[arg-type]
    return link(NEW, Encryption.NONE, of)


@pytest.mark.parametrize("marker", [False, True], ids=["without FF", "with FF"])
@pytest.mark.parametrize("algorithm", ["sm2", "rsa", "ecc"])
def test_reports_are_signed_over_the_range_that_the_link_says(
    tmp_path: Path, algorithm: str, marker: bool
) -> None:
    scene = SealedScene(tmp_path, signing(algorithm, marker=marker))
    scene.run(1)
    scene.write(scene.report(1), scene.report(2))
    scene.run(2)
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"] * 2
    other = SealedScene(
        tmp_path / "other", signing(algorithm, marker=marker),
        demands(signing(algorithm, marker=not marker)),
    )  # fmt: skip
    other.run(1)
    other.write(other.report(1))
    other.run(2)
    assert other.asking.flags == {5: 1}
    assert other.proved() == []
    scene.stop()
    other.stop()


def test_a_signature_stands_inside_the_encrypted_unit(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, signing("sm2", sealed=True))
    delivers(scene)
    scene.stop()


def test_a_signature_of_another_key_is_refused_and_the_frame_stays_due(tmp_path: Path) -> None:
    of, stranger = signing("ecc"), PrivateKeys()
    asked = demands(of, signer=(Algorithm.ECC, stranger.public(Algorithm.ECC)))
    scene = SealedScene(tmp_path, of, asked)
    scene.run(1)
    scene.write(scene.report(1))
    scene.run(30, 0.5)
    assert set(scene.asking.flags) == {5}
    scene.asking.demands.signer = (Algorithm.ECC, OURS.public(Algorithm.ECC))
    scene.run(200, 0.5)
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"]
    scene.stop()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"encryption": 3, "cover": Cover()}, "data_key"),
        ({"encryption": 2, "cover": Cover()}, "peer_key"),
        ({"encryption": 9, "cover": Cover()}, "encryption"),
        ({"edition": 2016, "encryption": 1, "cover": Cover(signature="sm2")}, "signature"),
    ],
)
def test_a_link_without_what_it_needs_stays_off_and_says_what(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    scene = SealedScene(tmp_path, AES_2025)
    scene.use(**change)
    scene.run(5, 0.5)
    assert str(scene.desk.client.state) == "off"
    assert says in scene.desk.client.reason
    assert not scene.asking.accepted
    scene.stop()


def test_a_link_that_signs_without_a_key_of_its_own_stays_off(tmp_path: Path) -> None:
    class Keyless(SealedScene):
        own = None  # type: ignore[assignment]

    scene = Keyless(tmp_path, signing("sm2"))
    scene.run(5, 0.5)
    assert str(scene.desk.client.state) == "off"
    assert "no key of its own" in scene.desk.client.reason
    scene.stop()


def test_what_grows_too_long_when_it_is_encrypted_is_not_expressible(tmp_path: Path) -> None:
    of = link(OLD, Encryption.RSA, cover(Encryption.RSA))
    longest = longest_unit(of.encryption, of.cover)
    scene = SealedScene(tmp_path, of)
    scene.asking.platform.config.checks_units = False
    scene.run(1)
    scene.write(*(grown(scene.report(number), longest + number) for number in (0, 1)))
    scene.run(3)
    assert [outcome for outcome, _, _ in scene.proved()] == ["not_expressible", "accepted"]
    assert len(scene.asking.accepted[0]) == 25 + longest
    scene.stop()


def grown(frame: bytes, size: int) -> bytes:
    from voltward.uplink.sealing import framed

    return framed(frame, frame[24:-1].ljust(size, b"x"), 1)


def test_plain_links_have_no_sealer_and_take_the_bytes_as_they_are(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path, link(NEW, Encryption.NONE, Cover()))
    assert scene.desk.client._cover._sealer is None
    assert type(scene.desk) is Desk
    scene.stop()
