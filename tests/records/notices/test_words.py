"""Words of a notice: complete in both languages, masked outside, and no value can forge anything."""

from __future__ import annotations

import json
import re
import string
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.notices.conftest import House

from voltward.base.errors import BadInput
from voltward.records.models import LANGUAGES, Maker, Notice, NoticeTemplate, Person
from voltward.records.notice_kinds import CHANNEL_TEST, KINDS, NoticeKind, Value
from voltward.records.notice_words import (
    Words,
    filled,
    masked,
    template_checked,
    value_text,
)
from voltward.records.selectors.notices import Wording
from voltward.records.senders.dingtalk import Dingtalk
from voltward.records.senders.email import Email
from voltward.records.senders.feishu import Feishu
from voltward.records.senders.protocol import Message
from voltward.records.senders.sms import Sms
from voltward.records.senders.wecom import Wecom

OPEN = NoticeKind("open", "open", {name: Value("", True) for name in ("file", "rows", "failed")})
AT = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
LINK = "https://voltward.example.com/inbox/7/"
EVIL = [
    "x\r\nBcc: thief@bad.example",
    "x\n\n[click](http://bad.example)",
    "<a href='https://bad.example'>x</a>",
    "<@all> @all http://bad.example/a",
    "![x](http://bad.example/p.png)",
    "www.bad.example",
    "bad.example",
    "x\u2028http://bad.example",
    "\u202egnp.example",
    "{login}{clock}",
    '<at user_id="all">x</at>',
    "> # **bold** `code` ~x~ |a|",
    "java\u200bscript://bad.example",
]
MARKUP = set("\\`*_[]()<>#|~!@")


def message(value: str) -> Message:
    template = Words("File {file}", "{file}: {rows}, {failed}")
    values = {"file": value, "rows": 1, "failed": 0}
    words = filled(OPEN, template, values, "en", outside=True)
    return Message(words.title, words.body, LINK, "en", 1, "a@b.example", "key-1", AT)


def attacks(test):  # type: ignore[no-untyped-def]
    """The known ones, and anything made of their parts."""
    parts = st.sampled_from(
        [*EVIL, *string.printable, "\x00", "\x85", "\u2029", "://", ".com", "中"]
    )
    found = given(value=st.lists(parts, max_size=8).map("".join))(test)
    for value in EVIL:
        from hypothesis import example

        found = example(value=value)(found)
    return found


def links_of(text: str) -> list[str]:
    """What a chat or mail program would make a link of."""
    return re.findall(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s)]+|\bwww\.\w|\b\w+\.(?:example|com)\b", text)


@attacks
def test_no_value_forges_a_mail_header_or_a_second_link(value: str) -> None:
    settings = {"sender": "voltward@maker.example"}
    mail = Email().mail(message(value), settings)
    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert sorted(read.keys()) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
         "Content-Type", "Content-Transfer-Encoding"]
    )  # fmt: skip
    assert read.get_content_type() == "text/plain"
    assert read["To"] == "a@b.example"
    assert set(links_of(read.get_content())) == set(links_of(LINK))


@attacks
def test_no_value_forges_markup_a_mention_or_a_link_in_a_group(value: str) -> None:
    sent = message(value)
    for sender, frame in ((Wecom(), "****[]()"), (Dingtalk(), "###[]()")):
        text = sender.shown(sent).replace(LINK, "")
        assert sorted(char for char in text if char in MARKUP) == sorted(frame)
        assert links_of(text) == []
    nodes = json.dumps(Feishu().body(sent), ensure_ascii=False)
    lines = Feishu().body(sent)["content"]["post"]["en_us"]["content"]  # type: ignore[index]
    assert [node["tag"] for line in lines for node in line] == ["text", "a"]
    assert links_of(nodes.replace(LINK, "")) == []
    assert "<" not in nodes


@attacks
def test_a_value_stays_one_line_and_names_in_it_are_not_filled(value: str) -> None:
    sent = message(value)
    assert len(sent.title.splitlines()) == len(sent.body.splitlines()) == 1
    assert "\n" not in Sms().shown(sent)
    assert len(value_text("file", value, "en")) <= 3 * 200
    if value == "{login}{clock}":
        assert "{login}{clock}" in sent.title


def test_a_build_that_takes_values_as_they_are_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "voltward.records.notice_words.value_text", lambda _name, value, _language: str(value)
    )
    with pytest.raises((AssertionError, ValueError)):
        test_no_value_forges_markup_a_mention_or_a_link_in_a_group.hypothesis.inner_test(
            "x\n[click](http://bad.example)"
        )
    with pytest.raises((AssertionError, ValueError)):
        test_no_value_forges_a_mail_header_or_a_second_link.hypothesis.inner_test(EVIL[0])


def test_names_of_files_and_numbers_stay_readable() -> None:
    assert value_text("file", "vehicles.2026.xlsx", "en") == "vehicles.2026.xlsx"
    assert value_text("rows", 12.5, "en") == "12.5"
    assert value_text("file", None, "en") == "—"
    assert value_text("due_at", "2026-03-15T00:30:05+00:00", "en") == "2026-03-15 08:30:05"
    assert value_text("list", {"zh-hans": "车辆", "en": "Vehicles"}, "en") == "Vehicles"


@pytest.mark.parametrize(
    "private",
    ["LVVDB11B0RE000001", "13812345678", "wang@maker.example", "11010519491231002X"],
)
def test_personal_data_is_masked_outside_even_in_a_value_declared_open(private: str) -> None:
    template = Words("{file}", "{file}")
    values = {"file": f"of {private}.", "rows": 1, "failed": 0}
    outside = filled(OPEN, template, values, "en", outside=True)
    assert private[1:-4] not in outside.title
    inside = filled(OPEN, template, values, "en", outside=False)
    assert private.split("@")[0] in inside.title


def test_values_that_are_not_declared_open_are_masked_outside() -> None:
    for kind in KINDS.values():
        for name, value in kind.values.items():
            template = Words(f"{{{name}}}", "x")
            shown = filled(kind, template, {name: value.sample}, "en", outside=True).title
            assert value.is_open or (shown == masked(value.sample) and value.sample not in shown)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("", "x"), ("x", ""), ("two\nlines", "x"), ("x" * 121, "x"), ("x", "x" * 1001),
        ("{nothing}", "x"), ("x", "{channel.name}"), ("x", "{channel!r}"), ("x", "{0}"),
        ("x", "{"), ("x", "{{channel}}"), ("x", "{channel:>9}"),
    ],
)  # fmt: skip
def test_a_template_holds_nothing_but_text_and_the_names_of_its_kind(title: str, body: str) -> None:
    with pytest.raises(BadInput, match="template"):
        template_checked(CHANNEL_TEST, title, body)


@pytest.mark.django_db
def test_every_kind_has_its_words_in_both_languages_using_only_its_values() -> None:
    rows = {(row.code, row.language): row for row in NoticeTemplate.objects.filter(maker=None)}
    assert set(rows) == {(code, language) for code in KINDS for language, _title in LANGUAGES}
    for (code, language), row in rows.items():
        template_checked(KINDS[code], row.title, row.body)
        chinese = any("\u4e00" <= char <= "\u9fff" for char in row.title + row.body)
        assert chinese is (language == "zh-hans")


@pytest.mark.django_db
def test_the_makers_newest_words_count_and_only_for_this_maker(
    maker: Maker, other_maker: Maker, operator: Person, house: House
) -> None:
    for version, title in ((1, "old"), (2, "new {channel}")):
        NoticeTemplate.objects.create(
            maker=maker, code="channel_test", language="en", version=version, title=title, body="b"
        )
    notice = Notice(kind="channel_test", values={"channel": "C", "at": ""}, asked_by=operator)
    own = Wording(maker.pk).words(notice, "en", outside=False)
    assert own == Words("new C", "b")
    other = Wording(other_maker.pk).words(notice, "en", outside=False)
    assert other.title == "Channel test: C"
    assert Wording(None).words(Notice(kind="gone"), "en", outside=True).title == "gone"
