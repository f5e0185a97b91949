"""A page in every look: on a phone, a tablet and a wide screen; light, dark, and in large type."""

import json
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

MODES, WIDTHS = ("light", "dark", "large"), (1280, 768, 375)
# In a test each mode is seen on one screen, and each screen in one mode.
LOOKS = tuple(zip(MODES, WIDTHS, strict=True))
EVERY_LOOK = tuple(product(MODES, WIDTHS))

# Colours change by transitions, which begin with the next frame.
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
IS_STILL = "() => !document.getAnimations().some(one => one instanceof CSSTransition)"
# The size of targets is asked by WCAG 2.2 and not by axe of itself.
AXE_OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a screen reader says at each change is no longer than a breath.
MOST_SPOKEN = 80
SPOKEN = """most => [...document.querySelectorAll("[role=status], [role=alert], [aria-live]:not([aria-live=off])")]
  .filter(place => place.innerText.trim().length > most).map(place => place.id || place.className)"""


def looks_of(page: Page, looks: Iterable[tuple[str, int]] = LOOKS) -> Iterator[tuple[str, int]]:
    """Show the loaded page in one look after the other."""
    is_large = False
    for mode, width in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if mode == "dark" else "light")
        if mode == "large" and not is_large:
            page.context.add_cookies([{"name": "display", "value": "system.large", "url": page.url}])
            page.reload()
            is_large = True
        page.evaluate(TWO_FRAMES)
        page.wait_for_function(IS_STILL)
        yield mode, width
    page.context.clear_cookies(name="display")


def faults_of(page: Page) -> list[tuple[str, list[str]]]:
    """What keeps people out of a page as it is shown: axe's rules and places; what does not fit."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    answer = page.evaluate(f"axe.run({json.dumps(AXE_OPTIONS)})")
    found = [(str(fault["id"]), [str(node["target"]) for node in fault["nodes"]]) for fault in answer["violations"]]
    too_wide, spoken = page.evaluate(TOO_WIDE), page.evaluate(SPOKEN, MOST_SPOKEN)
    found += [("too wide", [f"{too_wide} px"])] if too_wide > 0 else []
    return [*found, *([("speaks too long", spoken)] if spoken else [])]
