"""The telemetry pages in a real browser, on a small real platform."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    expect,
    sync_playwright,
)
from tests.monitoring.platform import CELLS, FALLEN, SILENT_VIN, VIN, SmallPlatform, small_platform

CHROMIUM = os.environ.get("VOLTWARD_CHROMIUM") or shutil.which("chromium") or ""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
CONDITIONS = (Path(__file__).parent / "conditions.js").read_text()
expect.set_options(timeout=PATIENCE_MS)
FRAMES_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PAGES = [
    "/monitoring/",
    "/vehicles/",
    "/explain/",
    *(
        f"/vehicles/{VIN}/{tab}/"
        for tab in ("live", "history", "cells", "frames", "gaps", "position")
    ),
    *(f"/vehicles/{SILENT_VIN}/{tab}/" for tab in ("live", "history", "cells", "frames", "gaps")),
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM, reason="no Chromium on this machine: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def platform() -> Iterator[SmallPlatform]:
    with small_platform() as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


def logged_in(browser: Browser, platform: SmallPlatform) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=platform.address
    )
    context.set_default_timeout(PATIENCE_MS)
    context.set_default_navigation_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/login/")
    expect(page.locator("input:focus")).to_have_count(1)  # the first field, a moment after loading
    page.keyboard.type(platform.login)
    page.keyboard.press("Tab")
    page.keyboard.type(platform.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/login/" not in page.url, page.locator("body").inner_text()
    page.close()
    return context


@pytest.fixture(scope="module")
def session(browser: Browser, platform: SmallPlatform) -> Iterator[BrowserContext]:
    context = logged_in(browser, platform)
    yield context
    context.close()


def is_trouble(said: ConsoleMessage) -> bool:
    """An error, but not the mere note that a form or a stream was answered with a refusal."""
    return said.type == "error" and not re.search("status of (422|503)|ERR_INCOMPLETE", said.text)


@pytest.fixture
def page(session: BrowserContext) -> Iterator[Page]:
    """Fails its test when the browser complains (scripts, policy, requests)."""
    opened = session.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if is_trouble(said) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def field(page: Page, name: str) -> Any:
    return page.locator(f'.vw-columns [data-field="{name}"]')


def until(page: Page, expression: str) -> None:
    """Wait for what the page computes; the policy lets no text be evaluated inside it."""
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never so: {expression}")


def settled(page: Page, path: str) -> None:
    """Open a page and let its scripts fill it."""
    page.goto(path)
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)
    page.evaluate(FRAMES_DRAWN)


def shown(page: Page, selector: str, text: str | re.Pattern[str]) -> None:
    expect(page.locator(selector)).to_have_text(text, timeout=PATIENCE_MS)


# ---- live


def test_live_values_change_without_a_new_page(page: Page, platform: SmallPlatform) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    page.evaluate("window.stillHere = true")
    shown(page, "[data-link]", "实时")
    expect(field(page, "dcdc")).to_have_text("—")
    expect(field(page, "dcdc")).to_have_attribute("title", "无效")
    platform.report(soc_pct=41, level=2)
    expect(field(page, "soc_pct")).to_have_text("41", timeout=PATIENCE_MS)
    expect(field(page, "alarm_level")).to_have_class(re.compile("vw-level-2"))
    platform.report(soc_pct=None, level=0)
    expect(field(page, "soc_pct")).to_have_text("—", timeout=PATIENCE_MS)
    expect(field(page, "soc_pct")).to_have_class(re.compile("vw-missing"))
    assert page.evaluate("window.stillHere")
    shown(page, "[data-age]", re.compile(r"^\d+ (秒|分钟)$"))


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
    expect(field(page, "soc_pct")).to_have_text("17", timeout=PATIENCE_MS)


def test_the_stream_ends_with_the_session(browser: Browser, platform: SmallPlatform) -> None:
    context = logged_in(browser, platform)
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


# ---- history

HAS_INK = """([element, at, until, panel]) => {
  const chart = echarts.getInstanceByDom(document.querySelector(element));
  const canvas = document.querySelector(`${element} canvas`);
  const dots = canvas.width / canvas.clientWidth;
  const [left, right] = [at, until].map((time) => chart.convertToPixel({ gridIndex: panel }, [time, 0])[0]);
  const grid = chart.getModel().getComponent("grid", panel).coordinateSystem.getRect();
  const [red, green, blue] = voltwardCharts.looks().accent.match(/\\w\\w/g).map((part) => parseInt(part, 16));
  const far = ([x, y, z]) => Math.abs(x - red) + Math.abs(y - green) + Math.abs(z - blue);
  const box = [left, grid.y - 1, Math.max(1, right - left), grid.height + 2].map((part) => Math.round(part * dots));
  const { data } = canvas.getContext("2d").getImageData(...box);
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 90 && far(data.slice(i, i + 3)) < 60) return true;
  }
  return false;
}"""


def open_curves(page: Page) -> None:
    page.goto(f"/vehicles/{VIN}/history/?range=1h")
    page.wait_for_selector("[data-curves] canvas")
    page.evaluate(FRAMES_DRAWN)


def test_the_curves_leave_the_gap_blank(page: Page, platform: SmallPlatform) -> None:
    open_curves(page)
    ms = int(platform.now.timestamp() * 1000)
    for panel in (0, 6, 7):  # numbers, and a level that holds until the next frame
        has = [
            page.evaluate(HAS_INK, ["[data-curves]", ms + 1000 * begin, ms + 1000 * end, panel])
            for begin, end in ((-2300, -1600), (-1450, -950), (-800, -100))
        ]
        assert has == [True, False, True], panel


def test_curves_that_bridge_the_gap_are_noticed(page: Page, platform: SmallPlatform) -> None:
    """Negative control: the test above sees a line that is drawn through."""
    page.route(
        "**/curves.js*",
        lambda route: altered(route, "connectNulls: false", "connectNulls: true"),
    )
    open_curves(page)
    ms = int(platform.now.timestamp() * 1000)
    assert page.evaluate(HAS_INK, ["[data-curves]", ms - 1_450_000, ms - 950_000, 0])


def altered(route: Route, old: str, new: str) -> None:
    answer = route.fetch()
    text = answer.text()
    assert old in text
    route.fulfill(response=answer, body=text.replace(old, new))


def test_the_fire_is_legible_in_the_curves(page: Page, platform: SmallPlatform) -> None:
    open_curves(page)
    series = page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-curves]')).getOption().series"
        ".map((one) => [one.name, one.data.map((point) => point[1]).filter((value) => value !== null)])"
    )
    values = dict(series)
    assert (min(values["绝缘电阻"]), max(values["绝缘电阻"])) == (16, 1000)
    assert (min(values["最高温度"]), max(values["最高温度"])) == (29, 109)
    assert max(values["上报等级"]) == 3


def test_the_wheel_scrolls_the_page_and_not_the_chart(page: Page, platform: SmallPlatform) -> None:
    open_curves(page)
    page.hover("[data-curves] canvas", position={"x": 500, "y": 200})
    page.mouse.wheel(0, 400)
    until(page, "scrollY > 100")
    zoom = page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-curves]')).getOption().dataZoom[0]"
    )
    assert (zoom["start"], zoom["end"]) == (0, 100)


def test_the_wheel_with_ctrl_zooms(page: Page, platform: SmallPlatform) -> None:
    open_curves(page)
    page.hover("[data-curves] canvas", position={"x": 500, "y": 200})
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    until(
        page,
        "echarts.getInstanceByDom(document.querySelector('[data-curves]'))"
        ".getOption().dataZoom[0].end < 100",
    )
    page.keyboard.up("Control")


def test_a_part_that_was_zoomed_into_can_be_read_anew(page: Page, platform: SmallPlatform) -> None:
    def thinned(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        route.fulfill(response=answer, body=json.dumps({**body, "bucket_s": 30}))

    page.route("**/history/curves/*", thinned)
    open_curves(page)
    assert not page.locator("[data-refine]").is_visible()
    page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-curves]'))"
        ".dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, start: 50, end: 60 })"
    )
    page.click("[data-refine]")
    page.wait_for_url(re.compile("range=free&start=.*&end="))
    assert page.input_value("#range") == "free"
    assert page.input_value("#from") < page.input_value("#to")


def test_an_empty_range_leads_to_the_last_day_with_data(
    page: Page, platform: SmallPlatform
) -> None:
    for tab, drawn in (("history", "[data-curves] canvas"), ("cells", "[data-map] canvas")):
        page.goto(
            f"/vehicles/{VIN}/{tab}/?range=free&start=2026-01-01T00:00:00&end=2026-01-02T00:00:00"
        )
        page.click("[data-newest]")
        page.wait_for_selector(drawn)


def test_choosing_a_range_clears_the_two_instants_and_the_other_way_round(
    page: Page, platform: SmallPlatform
) -> None:
    page.goto(
        f"/vehicles/{VIN}/history/?range=free&start=2026-01-01T00:00:00&end=2026-01-02T00:00:00"
    )
    page.select_option("#range", "1h")
    page.wait_for_url(re.compile(r"\?range=1h$"))
    assert page.input_value("#from") == ""
    page.fill("#from", "2026-01-01T00:00:00")
    page.dispatch_event("#from", "change")
    page.wait_for_url(re.compile("range=free"))
    assert page.input_value("#range") == "free"


# ---- cells

# The colour in the middle of a cell of the map: [red, green, blue, opacity].
CELL = """([column, row]) => {
  const map = document.querySelector("[data-map]");
  const chart = echarts.getInstanceByDom(map);
  const canvas = map.querySelector("canvas");
  const dots = canvas.width / canvas.clientWidth;
  const slots = chart.getOption().xAxis[0].data.length;
  const grid = chart.getModel().getComponent("grid", 0).coordinateSystem.getRect();
  const rows = chart.getOption().yAxis[0].data.length;
  const x = grid.x + ((column < 0 ? slots + column : column) + 0.5) * grid.width / slots;
  const y = grid.y + (row - 0.5) * grid.height / rows;
  return [...canvas.getContext("2d").getImageData(Math.round(x * dots), Math.round(y * dots), 1, 1).data];
}"""


def darkness(page: Page, column: int, row: int) -> float:
    red, green, blue, opacity = page.evaluate(CELL, [column, row])
    assert opacity > 200, (column, row)
    return 1 - (red + green + blue) / 765


def open_map(page: Page) -> None:
    page.goto(f"/vehicles/{VIN}/cells/?range=1h&subtract=1")
    page.wait_for_selector("[data-map] canvas")
    page.evaluate(FRAMES_DRAWN)


def test_the_fallen_cells_are_dark_and_all_columns_are_painted(
    page: Page, platform: SmallPlatform
) -> None:
    open_map(page)
    burns = -3 - platform.reported  # a column of the fire; behind it what other tests sent
    for cell in FALLEN:
        assert darkness(page, burns, cell) > 0.5
        assert darkness(page, 3, cell) < 0.2
    assert darkness(page, burns, 20) < 0.2
    for column in (0, 40, -40 - platform.reported, -1):
        for row in (1, CELLS):
            assert darkness(page, column, row) < 0.35


def test_the_gap_is_a_blank_stripe(page: Page, platform: SmallPlatform) -> None:
    open_map(page)
    slots = page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-map]')).getOption().xAxis[0].data.length"
    )
    opacities = page.evaluate(
        f"(slots) => slots.map((slot) => ({CELL})([slot, 20])[3])", [*range(slots)]
    )
    blank = [place for place, opacity in enumerate(opacities) if opacity == 0]
    assert blank
    assert blank == list(range(blank[0], blank[-1] + 1))
    assert 85 <= blank[0] <= 95  # behind the fifteen minutes before the silence


def test_a_map_that_is_painted_in_part_is_noticed(page: Page, platform: SmallPlatform) -> None:
    """Negative control: the test above sees columns that were left out."""
    page.route("**/heat.js*", lambda route: altered(
        route, "columns.forEach((column, at) => {", "columns.slice(0, 9).forEach((column, at) => {"
    ))  # fmt: skip
    open_map(page)
    assert page.evaluate(CELL, [3, 20])[3] > 200
    assert page.evaluate(CELL, [-1, 20])[3] == 0


def test_the_worst_cells_are_named_and_their_moment_is_one_click_away(
    page: Page, platform: SmallPlatform
) -> None:
    open_map(page)
    first = page.locator("[data-first] button")
    expect(first.nth(0)).to_contain_text("单体 32，−19")
    expect(first.nth(1)).to_contain_text("单体 41，−7")
    expect(page.locator("[data-worst] button").nth(0)).to_contain_text("单体 32")
    first.nth(0).click()
    moment = page.locator("[data-moment]").text_content() or ""
    assert moment[:19] in (first.nth(0).text_content() or "")


def test_the_moment_is_chosen_by_keyboard_too(page: Page, platform: SmallPlatform) -> None:
    open_map(page)
    before = page.locator("[data-moment]").text_content()
    page.focus("#cursor")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-moment]")).not_to_have_text(before or "")
    assert page.get_attribute("#cursor", "aria-valuetext")


def test_the_pointer_reads_out_a_cell_and_a_gap(page: Page, platform: SmallPlatform) -> None:
    open_map(page)
    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    shown(page, "[data-reading]", re.compile(r"单体 \d+ · \d{4} mV · 与中位数之差 [+−]?\d+ mV"))


def test_probes_and_plain_values_have_maps_as_well(page: Page, platform: SmallPlatform) -> None:
    open_map(page)
    page.uncheck("[name=subtract]")
    shown(page, "[data-scale-title]", "数值（mV）")
    assert not page.locator("[data-signs]").is_visible()
    page.select_option("#of", "probes")
    shown(page, "[data-scale-title]", "数值（℃）")
    expect(page.locator("[data-worst] button").nth(0)).to_contain_text("探针 3，+83 ℃")


# ---- frames and explainer


def test_a_frame_is_masked_until_it_is_asked_for_whole(page: Page, platform: SmallPlatform) -> None:
    page.goto(f"/vehicles/{VIN}/frames/")
    page.locator("tbody a").first.click()
    page.wait_for_selector("text=•••")
    assert "116.397128" not in page.content()
    page.click("a[href='?whole=1']")
    page.wait_for_selector("text=116.397128")
    page.click("details summary")
    expect(page.locator("details.vw-panel p")).to_contain_text("23 23 02 fe")


def test_a_pasted_frame_is_explained_and_a_wrong_one_is_told_where(
    page: Page, platform: SmallPlatform
) -> None:
    page.goto("/explain/")
    example = (page.locator(".vw-empty .vw-mono").text_content() or "").strip()
    page.fill("textarea", example)
    page.click("main button")
    expect(page.locator("main tbody tr").nth(20)).to_be_visible(timeout=PATIENCE_MS)
    page.fill("textarea", "23 2g")
    with page.expect_response("**/explain/") as answered:
        page.click("main button")
    assert answered.value.status == 422
    expect(page.locator(".errorlist")).to_contain_text("第 1 行第 5 个字符")


# ---- all pages


def test_pages_keep_to_the_conditions_of_access(page: Page, platform: SmallPlatform) -> None:
    found = {}
    for path in PAGES:
        settled(page, path)
        if complaints := page.evaluate(CONDITIONS):
            found[path] = complaints
    assert found == {}


def test_a_telephone_shows_every_page_in_english_and_in_the_dark(
    browser: Browser, platform: SmallPlatform
) -> None:
    """No sideways scrolling, no Chinese left, and the conditions of access hold there too."""
    context = logged_in(browser, platform)
    cookies = {"voltward_language": "en", "voltward_theme": "dark"}
    context.add_cookies(
        [{"name": name, "value": value, "url": platform.address} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    found: dict[str, Any] = {}
    for path in PAGES:
        settled(page, path)
        width = page.evaluate("document.documentElement.scrollWidth")
        # names of makers and models stay as they are
        words = re.findall(r"[\u4e00-\u9fff]+", page.locator("main").inner_text())
        left = {word for word in words if not word.startswith("示例")}
        if (complaints := page.evaluate(CONDITIONS)) or width > 390 or left:
            found[path] = (width, left, complaints)
    context.close()
    assert found == {}


def test_the_conditions_do_find_what_is_wrong(page: Page) -> None:
    """Negative control."""
    page.goto("/explain/")
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML("beforeend",
          `<h4>x</h4><input><button></button><img src="data:,"><p id="a">x</p><p id="a">x</p>
           <table><tr><th>x</th></tr></table>`)"""
    )
    said = " ".join(page.evaluate(CONDITIONS))
    for rule in ("heading skipped", "no label", "no name", "no alt", "no scope", "id twice: a"):
        assert rule in said


def test_the_language_is_one_click_away_and_the_stream_speaks_it_too(
    page: Page, session: BrowserContext, platform: SmallPlatform
) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=en]")
    shown(page, "[data-link]", "Live")
    platform.report(level=3)
    shown(page, ".vw-columns [data-field=alarm_level]", "Level 3, stop at once or call for help")
    expect(page.locator("[data-tables] h3").first).to_contain_text("median")
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=zh-hans]")
    shown(page, "[data-link]", "实时")
