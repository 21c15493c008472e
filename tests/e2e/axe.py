"""What axe says of a page, and a picture of it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.house import ROOT

AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Experimental, and wrong here: a tool's key stands below its icon, and is no name one would say.
RUN = """
(rules) => axe.run({exclude: ["canvas"]}, {
  runOnly: rules, rules: {"label-content-name-mismatch": {enabled: false}},
}).then(({violations}) => violations
  .filter(({impact}) => ["serious", "critical"].includes(impact))
  .map(({id, help, nodes}) => [id, help, ...nodes.slice(0, 4).map(({html, failureSummary}) => html + failureSummary)]))
"""
STILL = "() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))"


def listen_light_and_dark(page: Page, what: str) -> None:
    """Fails where axe finds something serious, in either scheme."""
    ear = Ear()
    ear.listen(page, what)
    assert not ear.heard, "\n".join(ear.heard)


class Ear:
    """Gathers what axe says of each state of the page in both schemes. SHOTS names a folder for pictures of what was
    looked at."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def listen(self, page: Page, what: str) -> None:
        """The page is in the light scheme after it."""
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if shots := os.environ.get("SHOTS"):
                page.screenshot(path=str(Path(shots) / f"{scheme} {what}.png".replace(" ", "-")))
            # Colours on their way from one scheme to the other are nobody's.
            page.evaluate(STILL)
            page.evaluate(AXE.read_text("utf-8"))
            found: list[list[str]] = page.evaluate(RUN, RULES)
            self.heard += [f"{scheme} {what}: " + "\n  ".join(one) for one in found]
