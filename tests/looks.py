"""A page in every look, each on one screen: light and wide, dark on a tablet, large type on a phone."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LOOKS = (("light", 1280), ("dark", 768), ("large", 375))

# Colours change by transitions, which begin with the next frame.
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
IS_STILL = "() => !document.getAnimations().some(one => one instanceof CSSTransition)"


def looks_of(page: Page) -> Iterator[str]:
    """Show the loaded page in one look after the other."""
    for look, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        if look == "large":
            page.context.add_cookies([{"name": "display", "value": "system.large", "url": page.url}])
            page.reload()
        page.evaluate(TWO_FRAMES)
        page.wait_for_function(IS_STILL)
        yield look
    page.context.clear_cookies(name="display")


def faults_of(page: Page) -> list[tuple[str, list[str]]]:
    """What keeps people out of a page as it is shown: its rules and places; and what does not fit the screen."""
    faults: list[dict[str, Any]] = Axe().run(page).response["violations"]
    found = [(str(fault["id"]), [str(node["target"]) for node in fault["nodes"]]) for fault in faults]
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([("too wide", [f"{too_wide} px"])] if too_wide > 0 else [])]
