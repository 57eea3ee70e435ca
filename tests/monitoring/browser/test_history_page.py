"""Curves in a real browser: gaps are blank, the fire is legible, zooming reads anew."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Route
from tests.browsing import FRAMES_DRAWN, IN_A_BROWSER
from tests.monitoring.browser.steps import altered, until
from tests.monitoring.platform import VIN, SmallPlatform

pytestmark = IN_A_BROWSER


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
