"""What a page of the watchdog says: Chinese first, English below, for whoever reads the group at night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from voltward.base.units import BEIJING
from voltward.watchdog.stages import Change

STAGES: Final = {
    "gateway": ("接入网关", "Gateway"),
    "store": ("遥测入库", "Telemetry rows"),
    "findings": ("研判流", "Findings stream"),
    "alarms": ("告警落库", "Alarms in the office"),
    "office": ("业务后台", "Office"),
    "web": ("网页", "Pages"),
}
PROCESS: Final = "process:"


def name_of(stage: str) -> tuple[str, str]:
    """In Chinese and English."""
    if stage.startswith(PROCESS):
        process = stage.removeprefix(PROCESS)
        return f"进程 {process}", f"Process {process}"
    return STAGES.get(stage, (stage, stage))


def page_of(changes: Sequence[Change], late: Sequence[str], at_s: float) -> tuple[str, str]:
    """Title and body. ``late``: every stage that stands now, also those told of before."""
    at = datetime.fromtimestamp(at_s, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    if late:
        zh, en = (_list(late, language) for language in (0, 1))
        title = f"平台环节停止：{zh} / Stopped: {en}"
    else:
        title = "平台全部环节已恢复 / All stages move again"
    lines = [f"{at}（北京时间 / Beijing time）"]
    for change in changes:
        zh_name, en_name = name_of(change.stage)
        seconds = round(change.silent_s)
        if change.stopped:
            why = f"（{change.detail}）" if change.detail else ""
            lines.append(
                f"{zh_name}：已 {seconds} 秒没有动静{why} / {en_name}: silent for {seconds} s"
            )
        else:
            lines.append(f"{zh_name}：{seconds} 秒后恢复 / {en_name}: back after {seconds} s")
    if not changes:
        lines.append("仍未恢复 / Not back yet")
    return title, "\n".join(lines)


def _list(stages: Sequence[str], language: int) -> str:
    return (
        "、".join(name_of(one)[0] for one in stages)
        if language == 0
        else ", ".join(name_of(one)[1] for one in stages)
    )
