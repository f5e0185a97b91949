"""The menu and the links below every page: which pages lead where, for whom. The apps register their entries."""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.access import Rule, public
from portal.accounts.models import User
from portal.core.registry import Registry


@dataclass(frozen=True)
class MenuEntry:
    """One entry: its label, the URL's name, who sees it, and its place (the lightest comes first)."""

    label: str
    url_name: str
    rule: Rule
    weight: int


MENU: Registry[MenuEntry] = Registry("menu entry")
_FRAME = {
    "messages": "notifications:list",
    "profile": "accounts:profile",
    "organisation": "accounts:organisation",
    "sessions": "usersessions_list",
    "second_factor": "mfa_index",
    "password": "account_change_password",
    "sign_out": "account_logout",
    "sign_in": "account_login",
    "sign_up": "account_signup",
    "session_state": "unsent:state",
    "display": "display:settings",
}
# Links that stand below every page, for everybody.
FOOTER: Registry[MenuEntry] = Registry("footer link")


def register_menu(label: str, url_name: str, rule: Rule, *, weight: int) -> None:
    """Add an entry to the menu."""
    MENU.add(url_name, MenuEntry(label, url_name, rule, weight))


def register_footer(label: str, url_name: str, *, weight: int) -> None:
    """Add a link to the foot of every page."""
    FOOTER.add(url_name, MenuEntry(label, url_name, public, weight))


@dataclass(frozen=True)
class MenuLink:
    """An entry as a page shows it."""

    label: str
    url: str
    is_current: bool
    is_public: bool = False


@dataclass(frozen=True)
class Menu:
    """What stands in the bar, and what opens below it where the bar is full."""

    bar: tuple[MenuLink, ...]
    more: tuple[MenuLink, ...]

    @property
    def html(self) -> SafeString:
        """The menu as it is drawn; the same links look the same to everybody."""
        return _drawn(self)

    @property
    def is_current_below(self) -> bool:
        """Whether the entry one is at stands below the bar."""
        return any(link.is_current for link in self.more)


# More than these would wrap beside a name and a role at 1280 pixels.
BAR_ENTRIES = 5


def arrange_menu(links: list[MenuLink]) -> Menu:
    """As many links as the bar holds, and the rest."""
    return Menu(tuple(links[:BAR_ENTRIES]), tuple(links[BAR_ENTRIES:]))


@lru_cache(maxsize=500)
def _drawn(menu: Menu) -> SafeString:
    return render_to_string("partials/menu.html", {"menu": menu})


def menu_for(user: User | None, *, path: str = "") -> list[MenuLink]:
    """The entries a person sees, the one that `path` lies below marked.

    One's own work comes first, then what everybody sees; a visitor's are the public ones.
    """
    entries = [e for e in MENU.values() if (e.rule is public if user is None else e.rule.allows(user))]
    entries.sort(key=lambda entry: (entry.rule is public, entry.weight))
    links = [(e.label, _address(e.url_name), e.rule is public) for e in entries]
    # The longest address wins: /review/ and /review/claims/ are both in the menu.
    current = max((url for _, url, _ in links if path.startswith(url)), key=len, default="")
    return [MenuLink(label, url, url == current, is_public) for label, url, is_public in links]


def footer_links() -> list[MenuLink]:
    """The links below every page."""
    entries = sorted(FOOTER.values(), key=lambda entry: entry.weight)
    return [MenuLink(entry.label, _address(entry.url_name), is_current=False) for entry in entries]


@cache
def frame_links() -> dict[str, str]:
    """The addresses to which the frame of every page leads, by the word that its templates have for them."""
    return {word: _address(name) for word, name in _FRAME.items()}


@cache
def _address(url_name: str) -> str:
    """The address of a page without parameters: the same for all, and every page shows dozens of them."""
    return reverse(url_name)
