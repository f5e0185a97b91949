"""Every page of a demo, as each person comes to it by its links, in every look.

`python -m portal.devtools.crawl` prints what keeps people out of a page (`looks.faults_of`), what weighs more than a
phone on a poor line should wait for, and the views that nobody came to; `--url` takes a portal that runs already,
`--pictures` keeps a picture of each page at desktop and phone width. Pages whose elements are of the same kinds in the
same places are the same to every rule: of each such shape one is looked at.
"""

import argparse
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Error, Page, sync_playwright

from portal.devtools.looks import EVERY_LOOK, LOOKS, faults_of, looks_of, stops_of
from portal.devtools.screenshots import CHROMIUM, CHROMIUM_ARGUMENTS, WIDTHS, running_demo, sign_in

# What a page may weigh, in bytes of its own text.
MOST_BYTES = 120_000
# Pages of one view that each person opens, with a query and without.
EXAMPLES = 4
STRANGER = "-"
PEOPLE = (
    *(STRANGER, "qiye", "geren", "daili", "shouli", "chushen", "fuhe", "shiji", "shending", "caiwu", "quding", "qucai"),
    *("zhengce", "shenji", "guanli", "anquan", "zhuanjia", "sheng-guanli"),
)
SHAPE = """() => [...new Set([...document.querySelectorAll("main, main *")].map(one => {
  const path = [];
  for (let at = one; at && at.tagName !== "BODY"; at = at.parentElement) path.push(`${at.tagName}.${at.className}`);
  return path.join("<");
}))].sort().join("\\n")"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(one => one.href)"
UNFOLD = "() => document.querySelectorAll('main details:not([open])').forEach(one => { one.open = true })"


@dataclass
class Found:
    """What a crawl has found so far."""

    shapes: set[str] = field(default_factory=set)
    opened: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    heavy: dict[str, int] = field(default_factory=dict)

    def add(self, fault: str) -> None:
        """Note a fault, and say it at once: a crawl takes long."""
        self.faults.append(fault)
        print(fault, flush=True)


def pages_of(page: Page, base: str, person: str, found: Found, *, examples: int = EXAMPLES) -> Iterator[str]:
    """Open what links lead to, from the home page on; yield each page's view once it is loaded."""
    waiting, seen, by_kind = [f"{base}/"], set[str](), Counter[tuple[str, bool]]()
    while waiting:
        address = waiting.pop(0)
        kind = view_of(address), bool(urlsplit(address).query)
        by_kind[kind] += 1
        if by_kind[kind] > examples:
            continue
        try:
            answer = page.goto(address, wait_until="load")
        except Error as error:
            if not any(words in error.message for words in ("Download is starting", "ERR_ABORTED")):
                found.add(f"no answer: {person} {address} {error.message}")
            continue
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        if answer.status >= 400:
            found.add(f"{answer.status}: {person} {address}")
            continue
        found.opened[kind[0]] += 1
        size = len(answer.body())
        if size > MOST_BYTES:
            found.heavy[f"{kind[0]} {urlsplit(address).path}"] = size
        links = [link.partition("#")[0] for link in page.evaluate(LINKS)]
        fresh = dict.fromkeys(link for link in links if link.startswith(base) and link not in seen and view_of(link))
        seen.update(fresh)
        waiting += fresh
        yield kind[0]


def view_of(address: str) -> str:
    """The name of the view behind an address; "" where there is none, or where it would sign the person out."""
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
    return "" if name == "account_logout" else name


def look_at(page: Page, person: str, view: str, found: Found, *, looks: tuple[tuple[str, int], ...]) -> bool:
    """Note the faults of the loaded page in these looks, all unfolded; False where one of its shape was looked at."""
    page.evaluate(UNFOLD)
    shape = hashlib.sha256(f"{view}{page.evaluate(SHAPE)}".encode()).hexdigest()
    if shape in found.shapes:
        return False
    found.shapes.add(shape)
    for mode, width in looks_of(page, looks):
        page.evaluate(UNFOLD)
        for rule, places in faults_of(page):
            found.add(f"{rule}: {person} {view} {mode} {width} {urlsplit(page.url).path} {places[:4]}")
    for fault, places in stops_of(page):
        found.add(f"{fault}: {person} {view} {urlsplit(page.url).path} {places[:4]}")
    return True


def crawl(browser: Browser, base: str, person: str, found: Found, options: argparse.Namespace) -> None:
    """Crawl as one person of the demo, in a browser of their own."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(90_000)
    if person != STRANGER:
        sign_in(page, base, person)
    looks = LOOKS if options.quick else EVERY_LOOK
    for view in pages_of(page, base, person, found, examples=1 if options.quick else EXAMPLES):
        if look_at(page, person, view, found, looks=looks) and options.pictures:
            take_pictures(page, options.pictures, f"{view.replace(':', '-')}-{person}-{len(found.shapes)}")
    context.close()
    print(f"== {person}: {found.opened.total()} pages, {len(found.shapes)} shapes", flush=True)


def take_pictures(page: Page, directory: Path, name: str) -> None:
    """Keep pictures of the whole page at desktop and phone width."""
    directory.mkdir(parents=True, exist_ok=True)
    for label, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=str(directory / f"{name}-{label}.png"), full_page=True)


def main() -> int:
    """Crawl as each person; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="*", default=PEOPLE, help=f"logins of the demo, {STRANGER} for a stranger")
    parser.add_argument("--url", help="a portal that runs already, instead of one of its own")
    parser.add_argument("--pictures", metavar="DIRECTORY", type=Path, help="keep pictures of the pages here")
    parser.add_argument("--quick", action="store_true", help="three looks of one page a view, in place of nine of four")
    options = parser.parse_args()
    found = Found()
    for name, value in {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1"}.items():
        os.environ.setdefault(name, value)
    with running_demo(options.url) as base, sync_playwright() as playwright:
        django.setup()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for person in options.people:
            crawl(browser, base, person, found, options)
        browser.close()
    for page, size in sorted(found.heavy.items(), key=lambda one: -one[1]):
        print(f"heavy: {size} bytes {page}")
    print("views:", " ".join(sorted(found.opened)))
    pages = f"{len(found.shapes)} shapes of {found.opened.total()} pages"
    print(f"{len(found.faults)} faults, {len(found.heavy)} heavy; {pages}")
    return 1 if found.faults or found.heavy else 0


if __name__ == "__main__":
    raise SystemExit(main())
