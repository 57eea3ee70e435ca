"""Every page, in both languages, both themes, at a desk's width and a telephone's.

The pages are found as people find them, by the links of the menu and of other pages, each role in
turn; a page that nobody comes by is an error unless it is named here.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser
from tests.browsing import IN_A_BROWSER
from tests.entry.every_page import axe
from tests.entry.every_page.conftest import Office
from tests.entry.every_page.subjects import LOGIN, PASSWORD
from tests.entry.every_page.walking import STARTS, STATES, Found, Walk, repeated, walk

from voltward.records.rights_table import doors

pytestmark = IN_A_BROWSER
ROLES = (
    "safety-head", "monitoring-operator", "quality-engineer", "security-admin", "system-admin",
    "audit-admin", "data-protection-officer",
)  # fmt: skip
# addresses that answer with a part of a page, a file or nothing
NO_PAGES = {
    "alarms/<int:alarm_id>/curves/", "alarms/<int:alarm_id>/preview/", "alarms/events/", "alarms/rows/",
    "account/seat/banner/", "attachments/<int:attachment_id>/",
    "exchange/links/<str:name>/curves/", "exchange/links/<str:name>/live/", "exports/<int:export_id>/",
    "healthz", "imports/<int:run_id>/errors.xlsx", "imports/<int:run_id>/progress/",
    "limits/revisions/<int:revision_id>/yaml/", "limits/trials/<int:trial_id>/progress/",
    "imports/template/<str:kind>.<str:ending>", "login/sso/", "login/sso/callback/", "logout/",
    "map/alarms/", "map/cells/", "metrics", "monitoring/figures/", "screen/duty/data/",
    "screen/national/data/", "screen/quality/data/", "vehicles/<str:vin>/cells/matrix/",
    "vehicles/<str:vin>/history/curves/", "vehicles/<str:vin>/live/events/",
    "vehicles/<str:vin>/track/points/",
}  # fmt: skip
# outside a demo only; its form is the one of the account's page
NOT_IN_A_DEMO = {"login/password/"}


def test_every_page_is_accessible_in_all_its_looks(browser: Browser, office: Office) -> None:
    found = Found()
    with ThreadPoolExecutor(1) as beside, walk(browser, office, "zh-hans") as made:
        in_english = beside.submit(repeated, office, found)
        try:
            for role in ROLES:
                made.enter(role)
                unlinked = [address for of, address in office.unlinked if of == role]
                made.follow(role, [*STARTS, *unlinked], NO_PAGES, found)
        finally:
            found.put(None)
        if wrong := made.wrong + in_english.result():
            pytest.fail("\n".join(wrong))  # all of it: a comparison would be cut short
    pages = {
        door.route
        for door in doors()
        if "GET" in door.methods and not door.route.startswith("api/")
    }
    before = {"login/", "login/second/", "login/enrol/", "wall/"}  # seen by the test below
    assert pages - set(made.came) - NO_PAGES - NOT_IN_A_DEMO - before == set()


def test_the_pages_before_a_login_are_too(browser: Browser, office: Office) -> None:
    """The second step waits for a factor; when there is none any more, it makes one."""
    with walk(browser, office, "zh-hans") as made:
        _looked_at(made, "login/", "wall/")
        made.opened("/login/")
        made.page.fill("input[name=username]", LOGIN)
        made.page.fill("input[name=password]", PASSWORD)
        with made.page.expect_navigation():
            made.page.keyboard.press("Enter")
        _looked_at(made, "login/second/")
        office.run("-m", "django", "factor_reset", LOGIN, "--why", "lost")
        _looked_at(made, "login/enrol/")
    assert made.wrong == []


def _looked_at(made: Walk, *routes: str) -> None:
    for made.language in STATES:
        made.page.goto("/healthz")  # an address to set the language at
        made.speak()
        for route in routes:
            assert made.opened(f"/{route}")
            assert made.page.url.endswith(f"/{route}"), made.page.url
            made.look(route)


def test_the_walk_finds_what_is_wrong(browser: Browser, office: Office) -> None:
    """Negative control: a nameless button, faint words, and what is wider than a telephone."""
    with walk(browser, office, "zh-hans") as made:
        assert made.opened("/login/")
        made.page.evaluate(
            """() => document.querySelector("main").insertAdjacentHTML("beforeend",
              `<button></button><p style="color: #999; background: #fff">faint</p>
               <div style="width: 600px">wide</div>`)"""
        )
        made.look("login/")
    said = " ".join(made.wrong)
    for rule in ("button-name", "color-contrast", "px wide"):
        assert rule in said


def test_an_address_that_leads_nowhere_is_found(browser: Browser, office: Office) -> None:
    with walk(browser, office, "zh-hans") as made:
        made.enter("safety-head")
        with pytest.raises(AssertionError, match="404"):
            made.opened("/vehicles/LVVDB11B0RE999999/")


def test_the_vendored_axe_is_unchanged_and_licensed() -> None:
    (listed,) = json.loads((axe.VENDOR / "vendored.json").read_text())
    folder = axe.VENDOR / listed["folder"]
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert hashes == listed["files"]
    assert listed["version"] in axe.SCRIPT[:40]
    assert "Mozilla Public License" in (folder / "LICENSE").read_text()
