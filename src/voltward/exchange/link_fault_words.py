"""What the uplink says went wrong on a link, as people are told: it speaks English, for its log."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.pages.room import Text

# beginnings, longest first where one begins another; ``%(more)s`` is what follows
_BEGINNINGS: Final[dict[str, Text]] = {
    "no connection: ": gettext_lazy("连接不上：%(more)s"),
    "connection lost: ": gettext_lazy("连接中断：%(more)s"),
    "login was not answered": gettext_lazy("登入没有应答"),
    "login was refused: ": gettext_lazy("登入被拒绝：%(more)s"),
    "key exchange was not answered": gettext_lazy("密钥交换没有应答"),
    "key exchange was refused: ": gettext_lazy("密钥交换被拒绝：%(more)s"),
    "a frame got no answer to any of its tries": gettext_lazy("有报文多次发送均无应答"),
}
_CAUSES: Final[dict[str, Text]] = {
    "Connection refused": gettext_lazy("对方拒绝连接"),
    "Connection reset": gettext_lazy("对方重置了连接"),
    "TimeoutError": gettext_lazy("对方没有响应"),
    "timed out": gettext_lazy("对方没有响应"),
    "Name or service not known": gettext_lazy("主机名无法解析"),
    "Network is unreachable": gettext_lazy("网络不可达"),
    "No route to host": gettext_lazy("网络不可达"),
    "CERTIFICATE_VERIFY_FAILED": gettext_lazy("对方证书未通过验证"),
}


def fault_text(said: str) -> str:
    """In the reader's language, with the uplink's own words where they say more."""
    for beginning, text in _BEGINNINGS.items():
        if said.startswith(beginning):
            return str(text) % {"more": _cause(said.removeprefix(beginning))}
    return said


def _cause(more: str) -> str:
    for part, text in _CAUSES.items():
        if part in more:
            return _("%(cause)s（%(said)s）") % {"cause": text, "said": more}
    return more
