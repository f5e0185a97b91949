"""A page in every look: on a phone, a tablet and a wide screen; light, dark, and in large type."""

import json
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, Literal

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

# Every place that a keyboard comes to: those that look the same with the focus as without, and those of which something
# else covers all that can be seen. A control as small as a pixel is drawn by its label.
STOPS = """async () => {
  const marks = (one) => {
    const style = getComputedStyle(one);
    const outline = style.outlineStyle === "none" || /, 0\\)$/.test(style.outlineColor) ? "" : style.outlineWidth;
    return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.top, style.transform].join();
  };
  const isSeen = (one) => {
    const place = one.getBoundingClientRect();
    const [left, top] = [Math.max(place.left, 0), Math.max(place.top, 0)];
    const [right, bottom] = [Math.min(place.right, innerWidth), Math.min(place.bottom, innerHeight)];
    return [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].some(([x, y]) => {
      const found = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      const own = [one, ...(one.labels ?? [])];
      return found && (found.contains(one) || own.some((part) => part.contains(found)));
    });
  };
  const name = (one) => one.id || one.name || one.textContent.trim().slice(0, 30) || one.className;
  // What moves by a transition begins with the next frame, or one of the next where much goes on.
  const settle = async (isDone = () => false) => {
    for (let frame = 0; frame < 20 && !isDone(); frame += 1) await new Promise(requestAnimationFrame);
  };
  const unmarked = [], covered = [];
  document.activeElement?.blur();
  window.scrollTo(0, 0);
  await settle();
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    const place = one.getBoundingClientRect();
    if (one.disabled || one.tabIndex < 0 || place.width < 4 || place.height < 4 || !one.checkVisibility()) continue;
    document.activeElement?.blur();
    const before = marks(one);
    one.focus();
    if (document.activeElement !== one) continue;
    await settle(() => marks(one) !== before && isSeen(one));
    if (marks(one) === before) unmarked.push(name(one));
    if (!isSeen(one)) covered.push(name(one));
  }
  return { "focus not seen": unmarked, "focus covered": covered };
}"""
# What a keyboard walks over: a wide screen, one as narrow as four times the size makes it, and high contrast.
WALKED: tuple[tuple[int, Literal["none", "active"]], ...] = ((1280, "none"), (320, "none"), (1280, "active"))


def stops_of(page: Page) -> Iterator[tuple[str, list[str]]]:
    """Walk over the loaded page by keyboard on each screen; what cannot be seen there, or does not fit."""
    for width, contrast in WALKED:
        page.set_viewport_size({"width": width, "height": 640})
        page.emulate_media(color_scheme="light", reduced_motion="reduce", forced_colors=contrast)
        # From here on the focus is a keyboard's.
        page.keyboard.press("Tab")
        for fault, places in page.evaluate(STOPS).items():
            if places:
                yield f"{fault} at {width}{' in high contrast' if contrast == 'active' else ''}", places
        if (too_wide := page.evaluate(TOO_WIDE)) > 0:
            yield f"too wide at {width}", [f"{too_wide} px"]
    page.emulate_media(reduced_motion="no-preference", forced_colors="none")


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
