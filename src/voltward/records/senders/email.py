"""Mail by SMTP, always over TLS: from the first octet (smtps) or by STARTTLS before anything is said."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from voltward.records.senders.http import TIMEOUT_S, allowed_address
from voltward.records.senders.protocol import LONGEST_ANSWER, Field, Message, Outcome


class Email:
    is_group = False
    address = "email"
    settings = (
        Field("host", _("SMTP 服务器")),
        Field("port", _("端口"), default="465"),
        Field(
            "tls", _("加密方式"), default="smtps",
            choices=(("smtps", "SMTPS"), ("starttls", "STARTTLS")),
        ),
        Field("sender", _("发件地址")),
        Field("user", _("登录名"), is_required=False),
    )  # fmt: skip
    secrets = (Field("password", _("密码或授权码"), is_required=False),)

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        try:
            with _server(settings) as server:
                if settings.get("user"):
                    server.login(settings["user"], secrets.get("password", ""))
                refused = server.send_message(self.mail(message, settings))
        except smtplib.SMTPResponseException as error:
            # 4xx: come again; 5xx: no (RFC 5321, 4.2.1)
            return Outcome(
                False, _said(error.smtp_code, error.smtp_error), again=error.smtp_code < 500
            )
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return Outcome(False, _said(code, words), again=code < 500)
        except smtplib.SMTPException as error:
            return Outcome(False, type(error).__name__, again=True)
        return Outcome(not refused, "250" if not refused else "refused")

    def mail(self, message: Message, settings: Mapping[str, str]) -> EmailMessage:
        """Plain text only; a header with a line end in it is refused by the standard library too."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = message.title
        mail["From"], mail["To"] = settings["sender"], message.address
        mail["Date"] = format_datetime(message.at)
        # the same for every try: most servers drop a repetition
        mail["Message-ID"] = f"<{message.key}@{settings['sender'].rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        mail.set_content(f"{message.body}\n\n{message.link}\n")
        return mail

    def shown(self, message: Message) -> str:
        return f"{message.title}\n\n{message.body}\n\n{message.link}"


def _server(settings: Mapping[str, str]) -> smtplib.SMTP:
    host, port = settings["host"], int(settings["port"])
    address, context = allowed_address(host, port, is_plain=False), ssl.create_default_context()
    if settings["tls"] == "smtps":
        return _Smtps(host, address, port, context)
    server = _Smtp(host, address, port)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


class _Smtp(smtplib.SMTP):
    """Connects to the address that was judged; TLS still asks for the name."""

    def __init__(self, host: str, address: str, port: int) -> None:
        self._judged = address
        super().__init__(host, port, timeout=TIMEOUT_S)

    def connect(
        self, host: str = "", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        del host
        return super().connect(self._judged, port, source_address)


class _Smtps(smtplib.SMTP_SSL):
    def __init__(self, host: str, address: str, port: int, context: ssl.SSLContext) -> None:
        self._judged = address
        super().__init__(host, port, timeout=TIMEOUT_S, context=context)

    def connect(
        self, host: str = "", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        del host
        return super().connect(self._judged, port, source_address)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:LONGEST_ANSWER]
