"""Live values in a real browser: they change, say how old they are, and end with the session."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect
from tests.browsing import IN_A_BROWSER, logged_in
from tests.monitoring.browser.steps import field, shown, until
from tests.monitoring.platform import SILENT_VIN, VIN, SmallPlatform

pytestmark = IN_A_BROWSER


def test_live_values_change_without_a_new_page(page: Page, platform: SmallPlatform) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    page.evaluate("window.stillHere = true")
    shown(page, "[data-link]", "实时")
    expect(field(page, "dcdc")).to_have_text("—")
    expect(field(page, "dcdc")).to_have_attribute("title", "无效")
    platform.report(soc_pct=41, level=2)
    expect(field(page, "soc_pct")).to_have_text("41")
    expect(field(page, "alarm_level")).to_have_class(re.compile("vw-level-2"))
    platform.report(soc_pct=None, level=0)
    expect(field(page, "soc_pct")).to_have_text("—")
    expect(field(page, "soc_pct")).to_have_class(re.compile("vw-missing"))
    assert page.evaluate("window.stillHere")
    shown(page, "[data-age]", re.compile(r"^\d+ (秒|分钟)$"))


def test_fault_codes_that_the_car_lists_come_by_themselves(
    page: Page, platform: SmallPlatform
) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    shown(page, "[data-link]", "实时")
    platform.report(codes={"motor_fault_codes": [0x1F], "other_fault_codes": [0x10004]})
    expect(field(page, "fault_codes")).to_have_text(re.compile("0000001F.*00010004"))
    platform.report()
    expect(field(page, "fault_codes")).not_to_contain_text("0000001F")


def test_the_curves_of_the_last_hour_grow_with_each_frame(
    page: Page, platform: SmallPlatform
) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    page.wait_for_selector("[data-curves] canvas")
    count = "echarts.getInstanceByDom(document.querySelector('[data-curves]')).getOption().series[0].data.length"
    before = page.evaluate(count)
    platform.report(total_voltage_v=333.3)
    until(page, f"{count} > {before}")
    expect(field(page, "total_voltage_v")).to_have_text("333.3")


def test_the_page_says_that_the_store_is_away_and_goes_on_when_it_is_back(
    page: Page, platform: SmallPlatform
) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    shown(page, "[data-link]", "实时")
    platform.store.kill()
    shown(page, "[data-link]", "遥测存储暂不可用，恢复后自动更新")
    platform.store.start()
    shown(page, "[data-link]", "实时")
    platform.report(soc_pct=17)
    expect(field(page, "soc_pct")).to_have_text("17")


def test_the_stream_ends_with_the_session(browser: Browser, platform: SmallPlatform) -> None:
    context = logged_in(browser, platform.address, platform.login, platform.password)
    live, other = context.new_page(), context.new_page()
    live.goto(f"/vehicles/{VIN}/live/")
    shown(live, "[data-link]", "实时")
    other.goto("/account/")
    other.click("summary.vw-top-button")
    other.click("form[action='/logout/'] button")
    shown(live, "[data-link]", re.compile("登录已失效"))
    context.close()


def test_a_silent_vehicle_waits_for_its_first_frame(page: Page, platform: SmallPlatform) -> None:
    page.goto(f"/vehicles/{SILENT_VIN}/live/")
    expect(page.locator(".vw-empty")).to_contain_text("还没有收到这辆车的数据")
    shown(page, "[data-link]", "实时")  # at once, and not with the first frame only
