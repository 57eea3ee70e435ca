"""Channels, one's own settings, templates: who may change them, and that no secret is ever seen."""

from __future__ import annotations

import logging
from datetime import time
from pathlib import Path

import pytest
from django.db import connection
from tests.records.notices.conftest import SECRET, House, late

from voltward.base.errors import BadInput, BadSetting, NotFound, NotPermitted, WrongState
from voltward.entry.notice_ports import SealingKey
from voltward.records.models import (
    AuditRow,
    Channel,
    Delivery,
    Maker,
    NoticeSetting,
    NoticeTemplate,
    Person,
    PersonContact,
    QuietHours,
)
from voltward.records.protection.fields import opened
from voltward.records.selectors.recipients import has_address, setting_of
from voltward.records.senders import SENDERS
from voltward.records.senders.protocol import Message, Outcome
from voltward.records.services import notice_channels as channels
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.services.notice_settings import (
    Quiet,
    own_notice_setting_change,
    template_revise,
)
from voltward.records.services.sealing import channel_secrets

pytestmark = pytest.mark.django_db
DINGTALK = {"origin": "https://oapi.dingtalk.com"}
KEYS = {"access_token": "canary-token-77aa", "secret": SECRET}


@pytest.fixture
def channel(safety_head: Person, house: House) -> Channel:
    return channels.channel_create(
        safety_head, kind="dingtalk", name="值班群", settings=DINGTALK, secrets=KEYS
    )


def dump() -> str:
    """Everything that records/ keeps, as the database would show it."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("records_", "django_session")):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


# ---- channels


def test_a_channel_keeps_its_secrets_sealed_and_tied_to_it(
    channel: Channel, safety_head: Person
) -> None:
    assert channel_secrets(channel) == KEYS
    other = channels.channel_create(
        safety_head, kind="dingtalk", name="二群", settings=DINGTALK, secrets=KEYS
    )
    other.sealed = channel.sealed
    with pytest.raises(BadSetting):
        channel_secrets(other)


def test_only_who_manages_notices_may_touch_channels(operator: Person, channel: Channel) -> None:
    with pytest.raises(NotPermitted):
        channels.channel_create(
            operator, kind="dingtalk", name="x", settings=DINGTALK, secrets=KEYS
        )
    with pytest.raises(NotPermitted):
        channels.channel_change(
            operator, channel_id=channel.pk, name="x", settings=DINGTALK, secrets={}, position=1
        )
    with pytest.raises(NotPermitted):
        channels.channel_test(operator, channel_id=channel.pk)
    with pytest.raises(NotPermitted):
        channels.channel_close(operator, channel_id=channel.pk)
    channel.refresh_from_db()
    assert (Channel.objects.count(), channel.name, channel.closed_at) == (1, "值班群", None)
    assert not Delivery.objects.exists()


def test_another_makers_channel_is_not_found(channel: Channel, other_maker: Maker) -> None:
    from tests.records.notices.conftest import person

    stranger = person("stranger", other_maker, "safety_head")
    with pytest.raises(NotFound):
        channels.channel_close(stranger, channel_id=channel.pk)
    with pytest.raises(NotFound):
        channels.channel_test(stranger, channel_id=channel.pk)
    with pytest.raises(NotFound):
        channels.channel_change(
            stranger, channel_id=channel.pk, name="x", settings=DINGTALK, secrets={}, position=1
        )
    channel.refresh_from_db()
    assert channel.closed_at is None


@pytest.mark.parametrize(
    ("settings", "secrets"),
    [
        ({"origin": "https://bad.example"}, KEYS),
        ({"origin": "http://oapi.dingtalk.com"}, KEYS),
        ({"origin": "https://a:b@oapi.dingtalk.com"}, KEYS),
        ({"origin": "https://oapi.dingtalk.com?token=1"}, KEYS),
        ({"origin": "ftp://oapi.dingtalk.com"}, KEYS),
        (DINGTALK, {"access_token": "x"}),
        (DINGTALK, {**KEYS, "secret": "a\nb"}),
        (DINGTALK, {**KEYS, "secret": "x" * 301}),
    ],
)
def test_a_channel_that_could_not_work_or_leads_elsewhere_is_refused(
    safety_head: Person, house: House, settings: dict[str, str], secrets: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        channels.channel_create(
            safety_head, kind="dingtalk", name="x", settings=settings, secrets=secrets
        )
    assert not Channel.objects.exists()


def test_a_changed_channel_keeps_secrets_that_were_not_given_anew(
    channel: Channel, safety_head: Person
) -> None:
    changed = channels.channel_change(
        safety_head, channel_id=channel.pk, name="新名", settings=DINGTALK,
        secrets={"secret": "fresh-canary"}, position=3,
    )  # fmt: skip
    assert channel_secrets(changed) == {**KEYS, "secret": "fresh-canary"}
    assert changed.position == 3


def test_old_secrets_are_not_sent_to_a_new_address(channel: Channel, safety_head: Person) -> None:
    elsewhere = {"origin": "https://open.feishu.cn"}
    with pytest.raises(BadInput, match="secrets"):
        channels.channel_change(
            safety_head, channel_id=channel.pk, name="x", settings=elsewhere, secrets={}, position=1
        )
    channel.refresh_from_db()
    assert channel.settings["origin"] == DINGTALK["origin"]


def test_a_closed_channel_has_forgotten_its_secrets_and_takes_no_change(
    channel: Channel, safety_head: Person
) -> None:
    channels.channel_close(safety_head, channel_id=channel.pk)
    channel.refresh_from_db()
    assert channel.sealed is None
    with pytest.raises(WrongState):
        channels.channel_test(safety_head, channel_id=channel.pk)
    with pytest.raises(WrongState):
        channels.channel_close(safety_head, channel_id=channel.pk)


def test_a_test_message_goes_through_this_channel_alone_and_its_result_is_kept(
    channel: Channel, safety_head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(message: Message, settings: object, secrets: object) -> Outcome:
        return Outcome(False, "310000 sign not match")

    monkeypatch.setattr(SENDERS["dingtalk"], "send", send)
    delivery = channels.channel_test(safety_head, channel_id=channel.pk)
    notices_deliver()
    channel.refresh_from_db()
    delivery.refresh_from_db()
    assert (channel.last_outcome, channel.last_answer) == ("refused", "310000 sign not match")
    assert delivery.state == "failed"
    assert Delivery.objects.exclude(kind="inbox").count() == 1


def test_a_test_of_mail_needs_an_address_of_ones_own(safety_head: Person, house: House) -> None:
    mail = channels.channel_create(
        safety_head, kind="email", name="邮件",
        settings={"host": "127.0.0.1", "sender": "v@maker.example"}, secrets={},
    )  # fmt: skip
    with pytest.raises(BadInput, match="email"):
        channels.channel_test(safety_head, channel_id=mail.pk)
    own_notice_setting_change(
        safety_head, order=None, language="", quiet=None, email="head@maker.example"
    )
    safety_head = Person.objects.get(pk=safety_head.pk)
    assert channels.channel_test(safety_head, channel_id=mail.pk).channel == mail


def test_no_secret_and_no_address_is_in_any_row_or_log(
    channel: Channel, operator: Person, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Even when the provider repeats what it was sent, and when the sender stumbles over it."""
    caplog.set_level(logging.DEBUG)
    own_notice_setting_change(
        operator, order=None, language="", quiet=None, email="canary@maker.example",
        phone="+86 138 0000 7777",
    )  # fmt: skip
    answers = iter([Outcome(False, f"bad sign {SECRET} {KEYS['access_token']}", again=True)])

    def send(message: Message, settings: object, secrets: dict[str, str]) -> Outcome:
        try:
            return next(answers)
        except StopIteration:
            raise ValueError(f"https://x?access_token={secrets['access_token']}") from None

    monkeypatch.setattr(SENDERS["dingtalk"], "send", send)
    late(operator, operator)
    for _try in range(3):
        notices_deliver()
        assert "canary" in str(channel_secrets(channel))
        Delivery.objects.filter(state="again").update(due_at="2026-01-01T00:00Z")
    captured = capsys.readouterr()
    for text in (dump(), caplog.text, captured.out + captured.err):
        assert SECRET not in text
        assert "canary" not in text
        assert "13800007777" not in text
    assert "bad sign *** ***" in dump()


def test_a_build_that_keeps_secrets_in_the_settings_is_caught(
    safety_head: Person, operator: Person, house: House, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(
        "voltward.records.services.notice_channels._settings",
        lambda _kind, given: {**given, **KEYS},
    )
    channel = channels.channel_create(
        safety_head, kind="dingtalk", name="x", settings=DINGTALK, secrets=KEYS
    )
    with pytest.raises(AssertionError):
        test_no_secret_and_no_address_is_in_any_row_or_log(
            channel, operator, monkeypatch, caplog, capsys
        )


def test_the_key_file_is_its_owners_only_and_another_key_opens_nothing(tmp_path: Path) -> None:
    one, other = SealingKey(tmp_path / "a" / "k"), SealingKey(tmp_path / "b" / "k")
    sealed = one.seal("channel:1", "text")
    assert one.unseal("channel:1", sealed) == "text"
    assert one.seal("channel:1", "text") != sealed
    assert (tmp_path / "a" / "k").stat().st_mode & 0o077 == 0
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
    for key, purpose, octets in (
        (other, "channel:1", sealed), (one, "channel:2", sealed), (one, "channel:1", sealed[:-1]),
        (one, "channel:1", b""), (one, "channel:1", b"\x02" + sealed[1:]),
    ):  # fmt: skip
        with pytest.raises(BadSetting):
            key.unseal(purpose, octets)


# ---- one's own settings


def test_everybody_sets_their_own_ways_language_and_quiet_hours(
    operator: Person, house: House
) -> None:
    own_notice_setting_change(
        operator, order=["sms", "email", "sms"], language="en",
        quiet=Quiet(time(22), time(7), 2), email="wang@maker.example", phone="138-0000 7777",
    )  # fmt: skip
    setting = setting_of(Person.objects.get(pk=operator.pk))
    assert (setting.order, setting.language) == (["sms", "email"], "en")
    contact = PersonContact.objects.get(person=operator)
    assert opened(contact.email) == "wang@maker.example"
    assert opened(contact.phone) == "13800007777"
    assert QuietHours.objects.get().passes_from == 2
    own_notice_setting_change(operator, order=None, language="", quiet=None, phone="")
    person = Person.objects.get(pk=operator.pk)
    assert (has_address(person, "email"), has_address(person, "phone")) == (True, False)
    assert not QuietHours.objects.exists()
    assert "7777" not in str(list(AuditRow.objects.values_list("after", flat=True)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": ["pigeon"]}, {"order": ["inbox"]}, {"language": "fr"},
        {"quiet": Quiet(time(1), time(1))}, {"quiet": Quiet(time(1), time(2), 0)},
        {"email": "no address"}, {"email": "a@b.example\nBcc: x@y.example"}, {"phone": "112 or so"},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_change_nothing(
    operator: Person, house: House, wrong: dict[str, object]
) -> None:
    given: dict[str, object] = {"order": None, "language": "", "quiet": None, **wrong}
    with pytest.raises(BadInput):
        own_notice_setting_change(operator, **given)  # type: ignore[arg-type]
    assert not NoticeSetting.objects.exists()
    assert not QuietHours.objects.exists()
    assert not PersonContact.objects.exists()


def test_a_closed_account_changes_nothing(operator: Person, house: House) -> None:
    operator.is_active = False
    with pytest.raises(NotPermitted):
        own_notice_setting_change(operator, order=None, language="", quiet=None)
    assert not NoticeSetting.objects.exists()


# ---- templates


def test_a_revised_template_is_a_new_version_and_the_old_one_stays(
    safety_head: Person, house: House
) -> None:
    for title in ("one {channel}", "two {channel}"):
        template_revise(safety_head, code="channel_test", language="en", title=title, body="b")
    own = NoticeTemplate.objects.filter(maker=safety_head.maker).order_by("version")
    assert [(row.version, row.title) for row in own] == [(1, "one {channel}"), (2, "two {channel}")]


def test_who_may_not_manage_notices_revises_no_template(operator: Person, house: House) -> None:
    with pytest.raises(NotPermitted):
        template_revise(operator, code="channel_test", language="en", title="x", body="x")
    assert not NoticeTemplate.objects.exclude(maker=None).exists()


@pytest.mark.parametrize(
    ("code", "language", "title"),
    [("nothing", "en", "x"), ("channel_test", "fr", "x"), ("channel_test", "en", "{secret}")],
)
def test_a_template_of_no_kind_or_language_or_with_strange_names_is_refused(
    safety_head: Person, house: House, code: str, language: str, title: str
) -> None:
    with pytest.raises(BadInput):
        template_revise(safety_head, code=code, language=language, title=title, body="x")
    assert not NoticeTemplate.objects.exclude(maker=None).exists()
