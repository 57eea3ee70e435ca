"""What went wrong on a link is told in the reader's language, and what nobody foresaw as it is."""

from __future__ import annotations

import pytest
from django.utils import translation

from voltward.exchange.link_fault_words import fault_text


@pytest.mark.parametrize(
    ("said", "chinese", "english"),
    [
        ("no connection: [Errno 111] Connection refused",
         "连接不上：对方拒绝连接（[Errno 111] Connection refused）",
         "No connection: the platform refuses connections ([Errno 111] Connection refused)"),
        ("connection lost: the platform closed", "连接中断：the platform closed",
         "Connection lost: the platform closed"),
        ("login was not answered", "登入没有应答", "The login was not answered"),
        ("no room on the disk", "no room on the disk", "no room on the disk"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_what_the_uplink_says_becomes_the_readers_words(
    said: str, chinese: str, english: str
) -> None:
    with translation.override("zh-hans"):
        assert fault_text(said) == chinese
    with translation.override("en"):
        assert fault_text(said) == english
