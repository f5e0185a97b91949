"""How soon a page is first drawn on a slow phone: a processor four times slower, 400 kbit/s, 400 ms to the server.

`python -m portal.devtools.first_render` prints for each page the first contentful paint in seconds, cold (nothing kept
in the browser) and warm (coming back within a minute), the middle of five, and what the cold visit transferred. On a
machine with nothing else to do; `--url` takes a portal that runs already.
"""

import argparse
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from portal.devtools.screenshots import CHROMIUM, CHROMIUM_ARGUMENTS, running_demo, sign_in

SLOWER, BYTES_PER_SECOND, LATENCY_MS, VISITS = 4, 400_000 // 8, 400, 5
COLD_SECONDS, WARM_SECONDS = 2.0, 0.5
MOST_BYTES = 120_000
# Whose page (None: a stranger's), its address, and the link to go on by.
PAGES = (
    (None, "/", ""),
    (None, "/policies/", ""),
    (None, "/policies/finder/", ""),
    (None, "/policies/items/wx2020-01-inv/", ""),
    (None, "/calls/", ""),
    ("qiye", "/", ""),
    ("qiye", "/claims/", ""),
    ("qiye", "/claims/", "main a[href$='/edit/']"),
)
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
BYTES = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
  .reduce((sum, one) => sum + one.transferSize, 0)"""


@dataclass(frozen=True)
class Render:
    """Seconds to the first paint, cold and warm, and what the cold visit transferred."""

    cold: float
    warm: float
    size: int

    @property
    def is_in_time(self) -> bool:
        return self.cold <= COLD_SECONDS and self.warm <= WARM_SECONDS and self.size <= MOST_BYTES


def measure(browser: Browser, url: str, person: str | None, path: str, follow: str) -> Render:
    """Visit a page cold and warm, several times."""
    cold, warm, sizes = [], [], []
    for _ in range(VISITS):
        context = browser.new_context(locale="zh-CN", viewport={"width": 375, "height": 812})
        page = context.new_page()
        page.set_default_timeout(120_000)
        address = url + path
        if person:
            sign_in(page, url, person)
        if follow:
            page.goto(address)
            address = url + (page.locator(follow).first.get_attribute("href") or "")
        session = context.new_cdp_session(page)
        line = {"latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
        session.send("Network.clearBrowserCache")
        session.send("Network.emulateNetworkConditions", {"offline": False, **line})
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        cold.append(_painted(page, address))
        sizes.append(int(page.evaluate(BYTES)))
        # Coming back is no reload. A form's first token comes with a cookie, after which its page is asked for again.
        _painted(page, address)
        page.goto("about:blank")
        warm.append(_painted(page, address))
        context.close()
    return Render(median(cold), median(warm), max(sizes))


def _painted(page: Page, address: str) -> float:
    page.goto(address, wait_until="load")
    page.wait_for_function(PAINTED)
    return float(page.evaluate(PAINT))


def main() -> int:
    """Print a line a page; 1 where one is not in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a portal that runs already, instead of one of its own")
    options = parser.parse_args()
    is_late = False
    with running_demo(options.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for person, path, follow in PAGES:
            found = measure(browser, url, person, path, follow)
            is_late |= not found.is_in_time
            name = f"{person or 'stranger'} {path}{' (draft)' if follow else ''}"
            said = f"cold {found.cold:.2f} s, warm {found.warm:.2f} s, {found.size / 1000:.0f} KB"
            print(f"{'ok ' if found.is_in_time else 'NOT'} {name}: {said}", flush=True)
        browser.close()
    return 1 if is_late else 0


if __name__ == "__main__":
    raise SystemExit(main())
