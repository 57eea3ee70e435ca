"""How the pages are found and looked at: by their links, role by role, in every look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page
from tests.browsing import FRAMES_DRAWN, PATIENCE_MS, chromium
from tests.entry.every_page import axe
from tests.entry.every_page.conftest import Office

DESK, TELEPHONE = (1440, 900), (390, 844)
# each language, theme and width is met, and each with either of the others
STATES = {
    "zh-hans": ((DESK, "light"), (TELEPHONE, "dark")),
    "en": ((TELEPHONE, "light"), (DESK, "dark")),
}
STARTS = ("/", "/search/?q=LTEST", "/account/confirm/", "/account/seat/")
_LINKS = """() => [...document.querySelectorAll("a[href^='/']:not([download])")]
  .map((one) => one.getAttribute("href"))"""
_THEME = """(theme) => {
  const root = document.documentElement;
  if (root.dataset.bsTheme === theme) return;
  const button = document.querySelector("[data-theme-switch]");
  if (button) button.click(); else root.dataset.bsTheme = theme;
}"""
Found = SimpleQueue[tuple[str, str, str] | None]  # role, route, address; None: that was all


@dataclass
class Walk:
    """``came``: routes and the addresses they were come by at; ``wrong``: what is at fault where."""

    page: Page
    language: str
    came: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))

    def enter(self, role: str) -> None:
        """Log in by the demo's button, in the language of this walk."""
        self.page.context.clear_cookies()
        self.page.goto("/login/")
        with self.page.expect_navigation():
            self.page.click(f"button[value=demo-{role}]")
        self.speak()

    def speak(self) -> None:
        address = self.page.evaluate("location.origin")
        cookie = {"name": "voltward_language", "value": self.language, "url": address}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def opened(self, address: str) -> bool:
        """Whether there is a whole page at the address; it is then open and filled."""
        answer = self.page.goto(address)
        assert answer is not None, address
        assert answer.status < 400, f"{address}: {answer.status}"
        if not self.page.evaluate("Boolean(document.querySelector('main h1'))"):
            return False
        filled = "!document.querySelector('[aria-busy=true]')"
        self.page.wait_for_function(filled, timeout=PATIENCE_MS)
        return True

    def look(self, route: str) -> None:
        """Judge the open page in the states of the language, without loading it again."""
        page = self.page
        for (width, height), theme in STATES[self.language]:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(_THEME, theme)
            page.evaluate(FRAMES_DRAWN)
            where = f"/{route} {self.language} {width} {theme}"
            self.wrong += [f"{where}: {said}" for said in axe.complaints(page)]
            across = page.evaluate("document.documentElement.scrollWidth")
            if across > width:
                self.wrong.append(f"{where}: {across} px wide")

    def follow(self, role: str, waiting: list[str], beside: set[str], found: Found) -> None:
        """Go to every page that was not come by yet, from link to link; ``beside``: not to these."""
        tried: set[str] = set()
        while waiting:
            address = waiting.pop(0)
            route = route_of(address)
            if route is None or route in tried | beside or route.startswith("api/"):
                continue
            tried.add(route)
            if (route in self.came and address != "/") or not self.opened(address):
                continue
            here = self.page.url.removeprefix(self.page.evaluate("location.origin"))
            waiting += self.page.evaluate(_LINKS)
            landed = route_of(here)
            if route != landed:
                self.came.setdefault(route, here)  # an address that leads on
            if landed is not None and landed not in self.came:
                self.came[landed] = here
                found.put((role, landed, here))
                self.look(landed)

    def repeat(self, found: Found) -> None:
        """Look at what another walk comes by, as the same people, until it is done."""
        entered = ""
        while (one := found.get()) is not None:
            role, route, address = one
            if role != entered:
                self.enter(role)
                entered = role
            assert self.opened(address), address
            self.look(route)


@contextmanager
def walk(browser: Browser, office: Office, language: str) -> Iterator[Walk]:
    context = browser.new_context(
        base_url=office.platform.address,
        locale="zh-CN",
        reduced_motion="reduce",  # colours on their way from one theme to the other are neither's
        bypass_csp=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    yield Walk(context.new_page(), language)
    context.close()


def repeated(office: Office, found: Found) -> list[str]:
    """What is wrong in English with the pages that the walk in Chinese comes by, meanwhile."""
    with chromium() as browser, walk(browser, office, "en") as made:
        made.repeat(found)
        return made.wrong


def route_of(address: str) -> str | None:
    try:
        return str(resolve(address.partition("?")[0].partition("#")[0]).route)
    except Resolver404:
        return None
