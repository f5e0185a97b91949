"""A person in front of a browser: signs in, fills in what the labels ask for, presses what the buttons say."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


@dataclass
class Person:
    """One person's own browser window; every picture taken is kept with the run's artefacts."""

    name: str
    page: Page
    base: str
    pictures: Path
    taken: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        self.page.goto(self.base + path)

    def signs_in(self, email: str, password: str) -> None:
        self.goes_to("/account/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/account/login/" not in url)
        if self.page.locator("[name=sensitive_consent]").count():
            self.agrees()
            self.presses("同意并继续")
            self.page.wait_for_url(lambda url: "/consent/" not in url)

    def agrees(self) -> None:
        """Agree to the notice on personal data."""
        for name in ("consent", "sensitive_consent"):
            self.page.check(f"[name={name}]")

    def presses(self, words: str, *, exact: bool = True) -> None:
        """Press the button with these words."""
        self.page.get_by_role("button", name=words, exact=exact).first.click()

    def follows(self, words: str) -> None:
        """Follow the link with these words."""
        self.page.get_by_role("link", name=words).first.click()

    def fills(self, values: dict[str, str], *, within: Locator | None = None) -> None:
        """Fill in fields by the end of their names; selects are chosen by value."""
        place = within or self.page.locator("main")
        for name, value in values.items():
            box = place.locator(f"[name='{name}'], [name$='-{name}']").first
            if box.evaluate("e => e.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)

    def sees(self, words: str) -> None:
        """Fail unless these words are, or soon come, on the page."""
        expect(self.page.locator("body")).to_contain_text(words)

    def takes_a_picture(self, what: str) -> None:
        """Keep what is on the screen, numbered in the order of the story."""
        number = len(list(self.pictures.glob("*.png"))) + 1
        self.page.screenshot(path=str(self.pictures / f"{number:02d}-{self.name}-{what}.png"), full_page=True)
