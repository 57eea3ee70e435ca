"""The alarm centre: the list of alarms, its rows one by one, and the stream that keeps it live."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from voltward.monitoring.alarm_cells import desk_cells
from voltward.monitoring.alarm_lists import ALARMS
from voltward.monitoring.selectors.alarms import MOST_AT_ONCE, alarm_mark
from voltward.monitoring.ui.alarm_acts import acting_context
from voltward.monitoring.ui.alarm_stream import changes, is_welcome, watcher_of
from voltward.pages.access import needs
from voltward.pages.lists.asking import asked_of
from voltward.pages.lists.cells import drawn_rows
from voltward.pages.lists.page import OWN_NAMES, ListPage
from voltward.pages.lists.ports import ports
from voltward.pages.live import event_stream, until_unwelcome
from voltward.records.actors import actor_of

READ = ALARMS.needs
KEYS = (
    ("c", gettext_lazy("认领")),
    ("i", gettext_lazy("转事故")),
    ("x", gettext_lazy("关闭告警")),
    ("n", gettext_lazy("显示新告警")),
    ("Space", gettext_lazy("选中所在行")),
)


class AlarmList(ListPage):
    declaration = ALARMS
    template = "monitoring/alarms.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        self.mark = (
            alarm_mark()
        )  # before the rows are read: what they do not show comes by the stream
        return super().get(request)

    def more_context(self, request: HttpRequest) -> dict[str, Any]:
        mark = getattr(self, "mark", None)
        return {
            "mark": alarm_mark() if mark is None else mark,
            "words": desk_words(),
            "own_keys": KEYS,
            **acting_context(actor_of(request)),
        }


@needs(READ)
@require_safe
def rows(request: HttpRequest) -> JsonResponse:
    """The rows of some alarms (``id``, several) as the page draws them, those that its filter leaves.

    With the columns that the address asks for, else those that the reader keeps. ``gone``: those
    that it does not leave, or that are not the reader's.
    """
    actor = actor_of(request)
    ids = [int(one) for one in request.GET.getlist("id") if one.isdecimal() and len(one) < 19]
    kept = ports().columns(actor, ALARMS.of)
    asked = asked_of(ALARMS, actor, request.GET, (*OWN_NAMES, "id"), kept)
    found = list(asked.rows.filter(pk__in=ids[:MOST_AT_ONCE]).order_by("-urgency", "-pk"))
    body = drawn_rows(actor, asked.columns, ALARMS.ready(actor, found))
    drawn = [
        {
            "id": alarm.pk,
            "change": alarm.change,
            "urgency": alarm.urgency,
            "html": render_to_string(
                "monitoring/alarm_row.html",
                {"alarm": alarm, "cells": desk_cells(asked, row)},
                request,
            ),
        }
        for alarm, row in zip(found, body, strict=True)
    ]
    known = {alarm.pk for alarm in found}
    return JsonResponse({"rows": drawn, "gone": [one for one in ids if one not in known]})


@needs(READ)
@require_safe
async def events(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events, see ``alarm_stream.changes``."""
    actor = await sync_to_async(actor_of)(request)
    watcher = watcher_of(request, actor, READ)
    return await event_stream(until_unwelcome(changes(watcher), lambda: is_welcome(watcher)))


def desk_words() -> dict[str, Any]:
    """What the page's scripts say."""
    return {
        "open": _("实时"),
        "wait": _("正在连接…"),
        "broken": _("连接中断，正在重连；期间的告警恢复后自动补上"),
        "ended": _("登录已失效或权限已变更，请刷新页面重新登录"),
        "new": _("{number} 条新告警，点此显示"),
        "selected": _("已选 {number} 条"),
        "failed": _("操作失败："),
        "sound": {
            "on": _("声音已开"),
            "off": _("声音已关"),
            "blocked": _("声音被浏览器阻止，点此开启"),
            "calling": _("{number} 条 3 级及以上告警待认领"),
        },
        "age": {
            "seconds": _("% 秒前"),
            "minutes": _("% 分钟前"),
            "hours": _("% 小时前"),
            "days": _("% 天前"),
        },
        **preview_words(),
    }


def preview_words() -> dict[str, Any]:
    """What the script of the preview says."""
    return {
        "loading": _("正在读取…"),
        "unread": _("读取失败："),
        "no_rows": _("这段时间没有收到数据"),
        "cells": _("偏离中位数的单体：{cells}"),
        "cell": _("{label} 号 {deviation} {unit}"),
        "opened": _("发生"),
    }
