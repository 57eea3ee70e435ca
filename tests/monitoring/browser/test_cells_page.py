"""The map of all cells in a real browser: fallen cells are dark, a moment is one click away."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browsing import FRAMES_DRAWN, IN_A_BROWSER
from tests.monitoring.browser.steps import altered, shown
from tests.monitoring.platform import CELLS, FALLEN, VIN, SmallPlatform

pytestmark = IN_A_BROWSER


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
