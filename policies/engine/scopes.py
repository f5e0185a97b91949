"""What a limit counts over: a row for each scope, from the rule's `per` to the key of the stored bucket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that sums and times are counted over.

    `per`: how a rule writes it; `ledger`: what a question's `paid` calls the sum; `name`: how a step cites a limit
    without a label; `choice`: how a form offers it; `total`: what the bucket of an item is called; `key`: what tells
    its buckets apart, filled in by who keeps them (the stored keys are made of it, so it never changes). `years`: how
    far back from the day of a claim is counted, 0 for no such end.
    """

    per: tuple[str, ...]
    ledger: str
    name: str
    choice: str
    total: str
    key: str
    years: int = 0

    @property
    def by_subject(self) -> bool:
        """Whether each right, contract or project has a bucket of its own."""
        return "subject" in self.per

    @property
    def is_shared(self) -> bool:
        """Whether all applicants of a city or district take from one bucket."""
        return "programme" in self.per or "district" in self.per

    @property
    def by_year(self) -> bool:
        """Whether each year has a bucket of its own."""
        return "year" in self.per

    @property
    def by_group(self) -> bool:
        """Whether the companies of a group have one bucket."""
        return "companies" in self.per

    @property
    def is_rolling(self) -> bool:
        """Whether only the last years before a claim's day count."""
        return "rolling" in self.per

    @property
    def kept(self) -> Scope:
        """The scope in whose buckets the entries are kept: the last years are a part of all of them."""
        return APPLICANT if self.is_rolling else self


SUBJECT = Scope(
    ("subject",),
    "project",
    "每件",
    "每件（每个项目、每份合同）",
    "同一项目（权利、合同）累计",
    "subject={subject}",
)
SUBJECT_YEAR = Scope(
    ("subject", "year"),
    "project_year",
    "每件每年",
    "每件（每个项目、每份合同），每年",
    "同一项目（权利、合同）本年度",
    "subject={subject}|year={year}",
)
APPLICANT = Scope(
    ("applicant",), "lifetime", "同一主体累计", "同一主体，累计", "该申报单位累计", "applicant={applicant}"
)
APPLICANT_YEAR = Scope(
    ("applicant", "year"),
    "same_year",
    "同一主体每年",
    "同一主体，每年",
    "该申报单位本年度",
    "applicant={applicant}|year={year}",
)
PROGRAMME_YEAR = Scope(
    ("programme", "year"), "programme_year", "全市每年", "全市，每年", "本年度全市", "city={city}|year={year}"
)
DISTRICT_YEAR = Scope(
    ("district", "year"), "district_year", "各区每年", "每个区，每年", "本年度本区", "district={district}|year={year}"
)
ROLLING = Scope(
    ("applicant", "rolling"), "rolling", "同一主体近几年", "同一主体，最近几年", "该申报单位近几年", APPLICANT.key
)
GROUP = Scope(
    ("companies",), "group_lifetime", "同一集团累计", "同一集团的企业，累计", "该集团累计", "companies={companies}"
)
GROUP_YEAR = Scope(
    ("companies", "year"),
    "group_year",
    "同一集团每年",
    "同一集团的企业，每年",
    "该集团本年度",
    "companies={companies}|year={year}",
)
# Every `per` that a limit may have.
SCOPES = {
    scope.per: scope
    for scope in (
        *(SUBJECT, SUBJECT_YEAR, APPLICANT, APPLICANT_YEAR, ROLLING),
        *(GROUP, GROUP_YEAR, PROGRAMME_YEAR, DISTRICT_YEAR),
    )
}
# What a question calls the ledgers of rights: it may state a sum, or times, for each of them.
OF_SUBJECTS = tuple(scope.ledger for scope in SCOPES.values() if scope.by_subject)

# Counted for every claim beside the limits: a group of which an applicant gets one, and a right under all of a
# document's items. No limit of a sum stands on them.
ONE_OF_GROUP = Scope(("applicant",), "once_group", "", "", "同类一次性支持", "once|applicant={applicant}")
RIGHT = Scope(("subject",), "right", "", "", "同一权利在本政策下累计", "right={subject}")


# Before the ledger's name of a scope: how often something was paid out of its buckets.
TIMES = "times:"


@lru_cache
def scope_of(per: tuple[str, ...], years: int | None = None) -> Scope:
    """The scope of a limit; `years` are those of one that counts the last years only."""
    found = SCOPES[per]
    if not found.is_rolling or not years:
        return found
    return replace(found, years=years, name=f"同一主体近 {years} 年", total=f"该申报单位近 {years} 年")


def group_base(group: str) -> str:
    """What the ledger's buckets of a group of items are named by."""
    return f"group:{group}"


def document_base(document_id: str) -> str:
    """What the ledger's buckets of all items of a document are named by."""
    return f"document:{document_id}"
