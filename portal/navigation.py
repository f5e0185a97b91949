"""The menu: which pages lead where, for whom. Names of URLs only, so the ground floor imports no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from portal.access import Rule, applicants, officials, public
from portal.accounts.enums import Role

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class MenuEntry:
    """One entry: its words, the URL's name, and who sees it."""

    label: str
    url_name: str
    rule: Rule


MENU = (
    MenuEntry("政策匹配", "finder:start", public),
    MenuEntry("政策与事项", "policies:documents", public),
    MenuEntry("申报通知", "calls:list", public),
    MenuEntry("目标进展", "targets:index", public),
    MenuEntry("公示", "review:publicity_public", public),
    MenuEntry("我的申报", "applications:claims", applicants),
    MenuEntry("我的台账", "rights:list", applicants),
    MenuEntry("我的通知书", "notices:mine", applicants),
    MenuEntry(
        "待办",
        "review:queue",
        officials(Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER),
    ),
    MenuEntry("公示管理", "review:publicity", officials(Role.CITY_OFFICER, Role.DECISION_MAKER)),
    MenuEntry("拨付", "funding:payments", officials(Role.FINANCE)),
    MenuEntry(
        "申报查询",
        "review:claims",
        officials(
            Role.CITY_OFFICER,
            Role.DECISION_MAKER,
            Role.AUDITOR,
            Role.ACCEPTANCE,
            Role.DISTRICT_FIRST,
            Role.DISTRICT_SECOND,
            Role.FINANCE,
        ),
    ),
    MenuEntry("政策拟订", "drafting:drafts", officials(Role.POLICY_ADMIN, Role.AUDITOR)),
    MenuEntry("区级标准", "rates:work", officials(Role.POLICY_ADMIN)),
    MenuEntry("通知办理", "calls:work", officials(Role.POLICY_ADMIN)),
    MenuEntry(
        "政策模拟",
        "whatif:runs",
        officials(Role.POLICY_ADMIN, Role.CITY_OFFICER, Role.DECISION_MAKER, Role.AUDITOR),
    ),
    MenuEntry("代码例外", "accounts:overrides", officials(Role.ACCEPTANCE)),
    MenuEntry("审计", "audit:records", officials(Role.AUDITOR)),
    MenuEntry("人员", "accounts:officials", officials(Role.SYSTEM_ADMIN)),
    MenuEntry("后台任务", "jobs:list", officials(Role.SYSTEM_ADMIN)),
    MenuEntry("工作日", "workdays:list", officials(Role.SYSTEM_ADMIN)),
)


@dataclass(frozen=True)
class MenuLink:
    """An entry as a page shows it."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Menu:
    """What stands in the bar, and what opens below it where there is no room."""

    bar: list[MenuLink]
    more: list[MenuLink]

    @property
    def is_current_below(self) -> bool:
        """Whether the entry one is at stands below the bar."""
        return any(link.is_current for link in self.more)


# More than these would wrap beside a name and a seat at 1280 pixels.
BAR_ENTRIES = 5


def arrange_menu(links: list[MenuLink]) -> Menu:
    """As many links as the bar has room for, and the rest."""
    return Menu(links[:BAR_ENTRIES], links[BAR_ENTRIES:])


def menu_for(user: User | None, *, path: str = "") -> list[MenuLink]:
    """The entries a person sees, the one that `path` lies below marked.

    One's own work comes first, then what everybody sees; a stranger's are the public ones.
    """
    entries = [e for e in MENU if (e.rule is public if user is None else e.rule.allows(user))]
    entries.sort(key=lambda entry: entry.rule is public)
    links = [(e.label, reverse(e.url_name)) for e in entries]
    # The longest address wins: /review/ and /review/claims/ are both in the menu.
    current = max((url for _, url in links if path.startswith(url)), key=len, default="")
    return [MenuLink(label, url, is_current=url == current) for label, url in links]
