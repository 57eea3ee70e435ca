"""What axe-core finds on an open page: WCAG 2 A and AA, serious and critical."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

VENDOR = Path(__file__).parents[2] / "vendor"
SCRIPT = (VENDOR / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """(rules) => axe.run(document, {
  runOnly: rules, resultTypes: ["violations"], elementRef: false, preload: false, iframes: false,
}).then((found) => found.violations
  .filter((one) => one.impact === "serious" || one.impact === "critical")
  .flatMap((one) => one.nodes.slice(0, 3).map((node) =>
    `${one.id}: ${node.html.slice(0, 160)} ${node.any.map((why) => why.message).join("; ").slice(0, 160)}`)))"""


def complaints(page: Page) -> list[str]:
    """One line for each element that a rule finds fault with, three of a rule at most."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found: list[str] = page.evaluate(_RUN, RULES)
    return found
