"""The pages in a real browser: nothing blocked by the policy, everything reachable by keyboard."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from tests.browsing import IN_A_BROWSER, chromium, logged_in
from tests.pages.pdf_text import sheets, size_pt

VIN = "LVVDB11B0RE000001"
pytestmark = IN_A_BROWSER


@dataclass(frozen=True)
class Office:
    address: str
    login: str
    password: str


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """The web process as users meet it: own database, own data, uvicorn."""
    data = Path(tempfile.mkdtemp(prefix="vw-"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "VOLTWARD_DATA": str(data),
        "VOLTWARD_DEMO": "1",
        "VOLTWARD_WEB": f"127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "voltward.entry.settings",
    }
    from voltward.entry.postgres import EmbeddedPostgres

    with EmbeddedPostgres(data, durable=False):
        # one process for both commands: starting Django takes longer than either
        code = (
            "import django; django.setup(); from django.core.management import call_command as run;"
            f"run('migrate', verbosity=0); run('demo_setup', '{VIN},示例轿跑')"
        )
        said = subprocess.run(
            [sys.executable, "-c", code], check=True, env=environment, capture_output=True
        )
        login, password = said.stdout.decode().strip().split(" / ")
        command = [sys.executable, "-m", "uvicorn", "voltward.entry.asgi:application"]
        with subprocess.Popen(
            [*command, "--port", str(port), "--log-level", "error"], env=environment
        ) as web:
            _wait_for(f"http://127.0.0.1:{port}/login/")
            yield Office(f"http://127.0.0.1:{port}", login, password)
            web.terminate()
    shutil.rmtree(data)


def _wait_for(address: str) -> None:
    pause = Event()
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            pause.wait(0.05)
    raise AssertionError(f"{address} never answered")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def session(browser: Browser, office: Office) -> Iterator[BrowserContext]:
    context = logged_in(browser, office.address, office.login, office.password)
    yield context
    context.close()


@pytest.fixture
def page(session: BrowserContext) -> Iterator[Page]:
    """Fails its test when the browser complains or anything is asked of another host."""
    opened = session.new_page()
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        # 503: pages of telemetry, whose store does not run here
        if said.type == "error" and "status of 503" not in said.text:
            complaints.append(said.text)

    opened.on("console", heard)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(("http://127.0.0.1:", "data:"))
            else complaints.append(asked.url)
        ),
    )
    yield opened
    opened.close()
    assert complaints == []


def test_the_list_is_filtered_while_typing_without_a_new_page(page: Page) -> None:
    page.goto("/vehicles/")
    page.fill("#id_vin", "NOTHING")
    page.wait_for_selector(".vw-empty")
    assert "vin=NOTHING" in page.url
    page.fill("#id_vin", "000001")
    page.wait_for_selector(f"text={VIN}")


def test_a_chip_narrows_the_list_without_a_new_page(page: Page) -> None:
    page.goto("/vehicles/")
    page.evaluate("window.stayed = true")
    page.click(".vw-chip:has-text('未建档')")
    page.wait_for_selector(".vw-empty")
    page.fill("#id_vin", "000001")  # typing keeps what the chip chose
    page.wait_for_url("**vin=000001**")
    assert "state=unregistered" in page.url
    page.click(".vw-chip[aria-current][href*='vin=000001']")  # of the list that came
    page.wait_for_selector(f"td >> text={VIN}")
    assert page.evaluate("window.stayed")


def test_a_chip_pressed_while_typing_keeps_what_is_typed(page: Page) -> None:
    page.goto("/vehicles/")
    page.fill("#id_vin", "000001")
    page.click(".vw-chip:has-text('未建档')")  # before the list was asked for the VIN
    page.wait_for_url("**state=unregistered**")
    page.wait_for_selector(".vw-chip[aria-current][href*='vin=000001']")
    page.wait_for_selector(".vw-empty")
    assert "vin=000001" in page.url


def test_a_list_is_walked_and_opened_by_keys(page: Page) -> None:
    page.goto("/vehicles/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "id_vin"
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/vehicles/{VIN}/**")


def test_columns_are_chosen_and_filters_kept_by_keyboard_and_form(page: Page) -> None:
    page.goto("/vehicles/?state=registered")
    page.click(".vw-list-menus summary:has-text('列')")
    page.uncheck("input[name=columns][value=battery_type]")
    page.click("text=使用所选列")
    page.wait_for_selector("th:has-text('车辆状态')")
    assert page.locator("th:has-text('电池类型')").count() == 0
    page.click("text=已存筛选")
    page.fill("#save-name", "在册车辆")
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=*")
    page.click("text=已存筛选")
    assert page.locator(".vw-saved-line a[aria-current]").inner_text() == "在册车辆"
    page.click(".vw-list-menus summary:has-text('导出')")
    with page.expect_download() as file:
        page.click(".vw-drop-body a:has-text('CSV')")
    assert VIN in Path(file.value.path()).read_text(encoding="utf-8-sig")


def test_search_is_one_key_away_and_leads_to_the_vehicle(page: Page) -> None:
    page.goto("/vehicles/register/")
    page.keyboard.press("Control+k")
    page.keyboard.type("000001")
    page.wait_for_selector(f"#hits >> text={VIN}")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/vehicles/{VIN}/**")


def test_the_keys_are_told_by_a_key(page: Page) -> None:
    page.goto(f"/vehicles/{VIN}/record/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_theme_and_menu_stay_as_chosen_on_the_next_page(page: Page) -> None:
    page.goto("/account/")
    page.click("[data-theme-switch]")
    page.keyboard.press("[")
    page.goto("/vehicles/")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert "vw-narrow" in (page.get_attribute("html", "class") or "")
    page.click("[data-theme-switch]")
    page.keyboard.press("[")
    assert page.get_attribute("html", "data-bs-theme") == "light"


def test_everything_in_the_frame_is_reached_by_tab(page: Page) -> None:
    page.goto("/account/")
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.getAttribute('href') || document.activeElement.tagName"
            )
        )
    assert {"#content", "/vehicles/", "/audit/", "INPUT", "BUTTON", "SUMMARY"} <= reached


def test_charts_draw_under_the_policy(page: Page) -> None:
    page.goto("/account/")
    for path in ("vendor/echarts-6.1.0/echarts.min.js", "pages/charts.js"):
        page.add_script_tag(url=f"/static/{path}")
    drawn = page.evaluate(
        """() => {
          const box = document.querySelector("main").appendChild(document.createElement("div"));
          box.className = "vw-chart";
          window.voltwardCharts.make(box, (looks) => ({
            xAxis: { type: "time" }, yAxis: { name: "V" }, tooltip: { trigger: "axis" },
            series: [{ type: "line", data: [[0, 1], [1000, null], [2000, 3]] }],
          })).dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: 0 });
          return box.querySelector("canvas").width > 0;
        }"""
    )
    assert drawn


def test_the_policy_blocks_what_is_inline_and_the_browser_says_so(session: BrowserContext) -> None:
    page = session.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.goto("/account/")
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", '<p id="painted" style="color: red">x</p>');
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
        }"""
    )
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(painted).color") != "rgb(255, 0, 0)"
    assert len(said) == 2
    page.close()


@pytest.mark.parametrize(
    "path", ["/vehicles/", "/exports/", f"/vehicles/{VIN}/record/", "/audit/", "/account/"]
)
def test_a_telephone_shows_pages_without_sideways_scrolling(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.locator("#menu").is_visible()
    page.click("[data-menu-open]")
    assert page.locator("#menu").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#menu").is_visible()


def test_a_record_is_printed_on_a4_with_whose_it_is_and_who_printed_it_when(
    page: Page, office: Office
) -> None:
    page.goto(f"/vehicles/{VIN}/record/")
    page.click("[data-theme-switch]")  # paper is white in the dark, too
    shown = page.locator("[data-printed-at]").text_content()
    page.wait_for_timeout(1100)  # a second passes
    # a record with a long history
    page.evaluate(
        """() => { const one = document.querySelector(".vw-timeline article");
                   for (let n = 0; n < 120; n += 1) one.after(one.cloneNode(true)); }"""
    )
    printed = page.pdf(prefer_css_page_size=True, tagged=False)
    assert size_pt(printed) == (595, 842)
    texts = sheets(printed)
    assert len(texts) > 1
    for number, text in enumerate(texts, 1):
        assert f"{number}/{len(texts)}" in text
        assert "示例汽车" in text
        assert re.search(r"打印人演示值班员·打印时间\d{4}-\d\d-\d\d\d\d:\d\d:\d\d", text)
    assert VIN in texts[0]
    assert "附件" in texts[0]
    for word in ("工作台", "修改档案", "上传", "打印为PDF", "秒前"):
        assert not [text for text in texts if word in text.replace("选择文件上传", "")]
    assert page.locator("[data-printed-at]").text_content() != shown
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    page.emulate_media(media="screen")
    page.click("[data-theme-switch]")
    assert not page.locator(".vw-print-head").is_visible()


def test_a_passkey_is_made_and_proved_by_the_browser(browser: Browser, office: Office) -> None:
    """At localhost, which browsers take for a safe origin; the demo's button logs in."""
    address = office.address.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    page.goto("/login/")
    page.click("button[value=demo-audit-admin]")
    page.goto("/account/factors/")
    page.fill("input[name=name]", "laptop")
    page.click("form[data-passkey=create] button")
    expect(page.locator(".vw-codes li")).to_have_count(10)
    page.goto("/account/confirm/")
    page.click("form[data-passkey=get] button")
    expect(page).to_have_url(f"{address}/account/")
    assert complaints == []
    context.close()
