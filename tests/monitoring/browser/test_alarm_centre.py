"""The alarm centre in a real browser: live rows, sound, keys, steps on many, the pane beside the list."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsing import IN_A_BROWSER, PATIENCE_MS, logged_in
from tests.entry.every_page.axe import complaints
from tests.monitoring.browser.steps import settled, until
from tests.monitoring.platform import SILENT_VIN, VIN, SmallPlatform

pytestmark = IN_A_BROWSER
CONDITIONS = (Path(__file__).parents[1] / "conditions.js").read_text()
# notes which sounds were asked for, and lets a test hold the browser's sound back
SPY = """
window.sounds = [];
document.addEventListener("voltward:sounded", ({ detail }) => window.sounds.push(detail));
const Stream = window.EventSource;
window.EventSource = class extends Stream {
  constructor(...given) { super(...given); window.stream = this; }
};
"""
BLOCKED = """
Object.defineProperty(AudioContext.prototype, "state", { get: () => window.runs ? "running" : "suspended" });
AudioContext.prototype.resume = function () {
  window.resumed = true;
  window.runs = Boolean(window.unblocked);
  return window.runs ? Promise.resolve() : new Promise(() => {});
};
"""
WRITE = """
import sys, django; django.setup()
from datetime import timedelta
from django.utils import timezone
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, AlarmStep
car = Vehicle.objects.get(vin=sys.argv[1])
rule, level, seconds = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
at = timezone.now() - timedelta(seconds=seconds)
values = {"kinds_of_signs": 3.0, "signs": 11.0, "highest_temp_c": 109.0} if level == 4 else {}
alarm = Alarm.objects.create(
    maker=car.maker, vehicle=car, rule=rule, level=level, reported_level=3, opened_at=at,
    received_at=at, last_at=at, first=values, worst=values,
    state_then={"vehicle_state": 1, "charging": 3, "speed_kmh": 62.0, "soc_pct": 78.0},
)
AlarmStep.objects.create(maker=car.maker, alarm=alarm, kind="opened")
print(alarm.pk)
"""
CLEAR = """
import django; django.setup()
from django.utils import timezone
from voltward.monitoring.models import Alarm
for alarm in Alarm.objects.exclude(state="closed"):
    alarm.state, alarm.verdict, alarm.closed_at, alarm.merged_into = "closed", "test", timezone.now(), None
    alarm.save()
"""


def office(platform: SmallPlatform, code: str, *arguments: object) -> str:
    """Run something in the office's surroundings, as its own process."""
    said = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        check=True, capture_output=True, env={**os.environ, **platform.environment},
    )  # fmt: skip
    return said.stdout.decode().strip()


def arises(platform: SmallPlatform, rule: str, level: int, seconds: int = 5, vin: str = VIN) -> str:
    return office(platform, WRITE, vin, rule, level, seconds)


@pytest.fixture(autouse=True)
def _nothing_open(platform: SmallPlatform) -> Iterator[None]:
    yield
    office(platform, CLEAR)


@pytest.fixture
def desk(page: Page) -> Page:
    page.add_init_script(SPY)
    return page


def at_the_desk(page: Page) -> None:
    page.goto("/alarms/")
    expect(page.locator("[data-link=open]")).to_have_count(1)
    page.mouse.move(5, 5)


def row(page: Page, alarm: str) -> Any:
    return page.locator(f"#alarm-{alarm}")


def test_an_empty_desk_says_what_fills_it(desk: Page, platform: SmallPlatform) -> None:
    at_the_desk(desk)
    expect(desk.locator(".vw-empty h2")).to_have_text("没有未结的告警")
    alarm = arises(platform, "insulation.low", 2)
    expect(row(desk, alarm)).to_be_visible()  # nobody reloaded


def test_a_row_appears_live_above_the_lesser_ones(desk: Page, platform: SmallPlatform) -> None:
    slight = arises(platform, "cell.spread", 1, 60)
    at_the_desk(desk)
    grave = arises(platform, "insulation.low", 3)
    expect(row(desk, grave)).to_be_visible()
    order = desk.locator("tr[data-alarm]").evaluate_all("all => all.map(one => one.dataset.alarm)")
    assert order == [grave, slight]
    expect(desk.locator("[data-calling]")).to_contain_text("1 条 3 级及以上告警待认领")


def test_a_new_row_does_not_move_what_the_hand_is_on(desk: Page, platform: SmallPlatform) -> None:
    slight = arises(platform, "cell.spread", 1, 60)
    at_the_desk(desk)
    row(desk, slight).hover()
    before = row(desk, slight).bounding_box()
    grave = arises(platform, "insulation.low", 3)
    expect(desk.locator("[data-new]")).to_have_text("1 条新告警，点此显示")
    assert row(desk, slight).bounding_box() == before
    expect(row(desk, grave)).to_have_count(0)
    desk.mouse.move(5, 5)  # the hand goes
    expect(row(desk, grave)).to_be_visible()
    expect(desk.locator("[data-new]")).to_be_hidden()


def test_level_three_and_a_thermal_event_sound_differently_until_claimed(
    desk: Page, platform: SmallPlatform
) -> None:
    at_the_desk(desk)
    desk.locator("h1").click()  # a hand on the page: the browser lets it sound
    arises(platform, "insulation.low", 3)
    until(desk, "window.sounds.filter((one) => one === 'level3').length >= 2")  # it repeats
    fire = arises(platform, "thermal.runaway", 4)
    until(desk, "window.sounds.at(-1) === 'thermal'")
    expect(row(desk, fire).locator(".vw-level-thermal")).to_have_text("热")
    desk.locator("[data-all]").check()
    desk.locator("[data-batch] [data-act=claim]").click()
    expect(desk.locator("[data-calling]")).to_be_hidden()
    heard = desk.evaluate("window.sounds.length")
    desk.wait_for_timeout(3500)
    assert desk.evaluate("window.sounds.length") == heard


def test_a_sound_held_back_by_the_browser_is_said_on_its_switch(
    desk: Page, platform: SmallPlatform
) -> None:
    desk.add_init_script(BLOCKED)
    at_the_desk(desk)
    switch = desk.locator("[data-sound]")
    expect(switch).to_have_text("声音被浏览器阻止，点此开启")
    desk.evaluate("window.unblocked = true")
    switch.click()
    expect(switch).to_have_text("声音已开")
    switch.click()
    expect(switch).to_have_text("声音已关")
    assert switch.get_attribute("aria-pressed") == "false"
    arises(platform, "insulation.low", 3)
    expect(desk.locator("[data-calling]")).to_be_visible()
    assert desk.evaluate("window.sounds") == []
    switch.click()
    until(desk, "window.sounds.length > 0")


def test_the_desk_is_worked_by_keys_alone(desk: Page, platform: SmallPlatform) -> None:
    first = arises(platform, "insulation.low", 2, 5)
    second = arises(platform, "cell.spread", 1, 60)
    at_the_desk(desk)
    desk.keyboard.press("j")
    expect(row(desk, first)).to_be_focused()
    expect(desk.locator(f"[data-pane-of='{first}']")).to_be_visible()
    desk.keyboard.press("j")
    expect(row(desk, second)).to_be_focused()
    desk.keyboard.press("k")
    expect(row(desk, first)).to_be_focused()
    desk.keyboard.press("c")
    expect(row(desk, first)).to_have_attribute("data-state", "claimed")
    expect(row(desk, first)).to_be_focused()  # its row was drawn anew
    desk.keyboard.press("x")
    expect(desk.locator("#act-close")).to_be_visible()
    desk.select_option("#act-verdict", "false")
    desk.fill("#act-cause", "传感器接插件松动")
    desk.keyboard.press("Enter")
    expect(desk.locator("#act-close")).to_be_hidden()
    expect(row(desk, first)).to_have_class("vw-alarm vw-alarm-claimed vw-looked vw-alarm-gone")
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_contain_text("认领")


def test_a_step_on_many_is_one_step_and_a_refusal_is_said_in_the_dialog(
    desk: Page, platform: SmallPlatform
) -> None:
    alarms = [arises(platform, rule, 1) for rule in ("cell.spread", "soc.jump", "insulation.low")]
    at_the_desk(desk)
    for one in alarms:
        row(desk, one).locator("input").check()
    expect(desk.locator("[data-selected]")).to_have_text("已选 3 条")
    desk.locator("[data-batch] [data-act=snooze]").click()
    desk.fill("#act-until", "2020-01-01T08:00")
    desk.fill("#act-reason", "等待配件")
    desk.locator("#act-snooze .btn-primary").click()
    expect(desk.locator("#act-snooze [data-refusal]")).to_contain_text("请检查")
    desk.locator("#act-snooze [data-act-cancel]").click()
    desk.locator("[data-batch] [data-act=claim]").click()
    for one in alarms:
        expect(row(desk, one)).to_have_attribute("data-state", "claimed")
    expect(desk.locator("[data-batch]")).to_be_hidden()


def test_a_lost_link_is_shown_and_nothing_is_missed_after_it(
    desk: Page, platform: SmallPlatform
) -> None:
    at_the_desk(desk)
    desk.evaluate("window.stream.close(); window.stream.onerror()")
    expect(desk.locator("[data-link=broken]")).to_contain_text("连接中断", timeout=PATIENCE_MS)
    missed = arises(platform, "insulation.low", 3)
    expect(row(desk, missed)).to_be_visible()
    expect(desk.locator("[data-link=open]")).to_have_count(1)


def test_the_pane_tells_the_fire_at_a_glance(desk: Page, platform: SmallPlatform) -> None:
    fire = arises(platform, "thermal.runaway", 4, 90)
    at_the_desk(desk)
    row(desk, fire).click(position={"x": 300, "y": 8})
    pane = desk.locator("#preview")
    expect(pane.locator(".vw-judged-value b")).to_have_text("温度＋单体＋绝缘")
    expect(pane.locator(".vw-judged [data-change]")).to_contain_text("29 → 109")
    expect(pane.locator(".vw-judged [data-change]")).to_contain_text("1000 → 16")
    expect(pane.locator("[data-outliers]")).to_contain_text("32 号")
    expect(pane.locator("[data-outliers]")).to_contain_text("41 号")
    expect(pane.locator("canvas")).to_have_count(2)


def test_the_page_and_its_pane_keep_to_the_conditions_of_access(
    browser: Browser, platform: SmallPlatform
) -> None:
    fire = arises(platform, "thermal.runaway", 4, 90)
    arises(platform, "insulation.low", 2, vin=SILENT_VIN)
    context = logged_in(browser, platform.address, platform.login, platform.password)
    page = context.new_page()
    for width, height in ((1440, 900), (1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/alarms/", f"/alarms/{fire}/"):
            page.goto(path)
            if path == "/alarms/":
                row(page, fire).locator("[data-open]").click()
                expect(page.locator(f"[data-pane-of='{fire}']")).to_be_visible()
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            assert page.evaluate(CONDITIONS) == [], (path, width)
            assert complaints(page) == [], (path, width)
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, (path, width)
    context.close()


def test_the_vehicles_page_leads_to_its_alarms(page: Page, platform: SmallPlatform) -> None:
    alarm = arises(platform, "insulation.low", 3)
    settled(page, f"/vehicles/{VIN}/live/")
    page.locator(f".vw-header-alarms a[href='/alarms/{alarm}/']").click()
    expect(page.locator("h1")).to_contain_text("绝缘电阻偏低")
