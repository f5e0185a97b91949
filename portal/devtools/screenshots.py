"""Pictures of the running demo for the README: `python -m portal.devtools.screenshots` renews docs/screenshots."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTHS = {"1280": (1280, 1000), "375": (375, 812)}
PASSWORD = "Demo-2026-portal"  # noqa: S105 - the demo prints it
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@dataclass(frozen=True)
class Shot:
    """One picture: its name, whose it is (None: a stranger's), and the page; `follow` is a link to go on by."""

    name: str
    person: str | None
    path: str
    follow: str = ""


README_SHOTS = (
    Shot("home", None, "/"),
    Shot("calculator", None, "/policies/items/wx2020-01-inv/"),
    Shot("claim-form", "qiye", "/claims/", follow="a[href$='/edit/']"),
    Shot("review-claim", "chushen", "/review/queue/", follow="main a[href*='/review/claims/']"),
    Shot("applicant-home", "qiye", "/"),
    Shot("policy-editor", "zhengce", "/policies/drafts/", follow="main a[href^='/policies/drafts/'][href*='-']"),
    Shot("what-if", "zhengce", "/what-if/", follow="main a[href^='/what-if/'][href*='-5']"),
    Shot("targets", None, "/targets/bh2024/"),
)


def main() -> int:
    """Start a demo of its own, take the pictures, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a portal that runs already, instead of one of its own")
    options = parser.parse_args()
    directory = ROOT / "docs" / "screenshots"
    directory.mkdir(parents=True, exist_ok=True)
    with running_demo(options.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        take(browser, url, directory)
        draw_notice(browser, url, directory)
        browser.close()
    return 0


@contextmanager
def running_demo(url: str | None) -> Iterator[str]:
    """Give the address of a running portal; one of our own has a directory that is removed afterwards."""
    if url:
        yield url.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as data:
        environment = {**os.environ, "DATA_DIR": data, "PORT": str(port), "DEMO": "1"}
        command = [sys.executable, "-m", "portal.devtools.demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://localhost:{port}/", process)
            yield f"http://localhost:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the address answers. Raises SystemExit when the demo ends or two minutes pass."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own demo
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The demo does not answer: run `make demo` to see why.")


def take(browser: Browser, url: str, directory: Path) -> None:
    """Take the pictures, of the first screen, signing in once per person."""
    label, (width, height) = "1280", WIDTHS["1280"]
    people: dict[str | None, Page] = {}
    for shot in README_SHOTS:
        if shot.person not in people:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
            people[shot.person] = context.new_page()
            if shot.person:
                sign_in(people[shot.person], url, shot.person)
        page = people[shot.person]
        page.goto(url + shot.path, wait_until="networkidle")
        if shot.follow:
            page.locator(shot.follow).first.click()
            page.wait_for_load_state("networkidle")
        page.screenshot(path=str(directory / f"{shot.name}-{label}.png"))


def draw_notice(browser: Browser, url: str, directory: Path) -> None:
    """Turn the first page of a printed notice into a picture."""
    page = browser.new_context(locale="zh-CN").new_page()
    sign_in(page, url, "qiye")
    page.goto(f"{url}/notices/", wait_until="networkidle")
    address = page.locator("main a[href$='.pdf']").last.get_attribute("href")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(page.request.get(f"{url}{address}").body())
        file.flush()
        target = str(directory / "notice")
        subprocess.run(["pdftoppm", "-png", "-r", "80", "-singlefile", file.name, target], check=True)


def sign_in(page: Page, url: str, login: str) -> None:
    """Sign in as a person of the demo."""
    page.goto(f"{url}/account/login/")
    page.fill("input[name=login]", f"{login}@demo.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    raise SystemExit(main())
