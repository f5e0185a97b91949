"""Groups of people that the table of accesses names, by what their roles let them see."""

from __future__ import annotations

from tests.access_world import (
    ADMIN,
    AUDIT,
    CITY,
    DISTRICT,
    FINANCE,
    OTHER_ADMIN,
    OTHER_AUDIT,
    OTHER_CITY,
    OTHER_DISTRICT,
    OTHER_FINANCE,
    OTHER_POLICY,
    OTHER_SECURITY,
    POLICY,
    SECURITY,
)

ADMINS, AUDITORS, POLICY_PEOPLE = ADMIN | OTHER_ADMIN, AUDIT | OTHER_AUDIT, POLICY | OTHER_POLICY
SECURITY_PEOPLE = SECURITY | OTHER_SECURITY
FINANCE_PEOPLE = FINANCE | OTHER_FINANCE
# What is Suzhou's, and what is no region's.
SUZHOU = {"suzhou_officer", "suzhou_decision_maker", "suzhou_policy", "suzhou_auditor", "suzhou_admin"}
PROVINCE = {"province_auditor", "province_policy", "province_admin"}
READERS = DISTRICT | OTHER_DISTRICT | CITY | OTHER_CITY | FINANCE_PEOPLE | AUDITORS
REVIEWERS = DISTRICT | OTHER_DISTRICT | CITY | OTHER_CITY
PUBLISHERS = {"city_officer", "suzhou_officer"}
CITY_PEOPLE = CITY | OTHER_CITY
ACCEPTANCE = {"acceptance", "wuzhong_acceptance"}
# Who confirms how a contest for an organisation ends; the first check papers and propose.
BINHU_CONTESTS = {"acceptance", "district_second", "city_officer"}
CONTEST_OFFICERS = BINHU_CONTESTS | {"wuzhong_acceptance", "suzhou_officer"}
DECIDERS = {"decision_maker", "suzhou_decision_maker"}
NOTICE_DECIDERS = DECIDERS | {"district_second"}
NOTICE_KEEPERS = NOTICE_DECIDERS | ACCEPTANCE
# A district's second officer works on the lists of what the district decides.
BULLETIN_WRITERS = POLICY_PEOPLE | ACCEPTANCE | {"city_officer", "suzhou_officer"}
LIST_PEOPLE = CITY_PEOPLE | {"district_second"}
BUDGET_READERS = FINANCE_PEOPLE | DECIDERS | AUDITORS
FIGURE_READERS = CITY_PEOPLE | AUDITORS | {"district_second"}
SIMULATORS = CITY | OTHER_CITY | POLICY_PEOPLE

# Who enters what was measured: Binhu's plan is its own officers' and the city's, Suzhou's targets are Suzhou's.
RECORDERS = {*DISTRICT, *OTHER_DISTRICT, "city_officer", "suzhou_officer", *POLICY_PEOPLE} - ACCEPTANCE
RECORD = {
    "bh2024": {"district_first", "district_second", "city_officer", *POLICY},
    "sz2021": {"suzhou_officer", "suzhou_policy", "province_policy"},
}

# Who of the officials sees a claim of Binhu, by the claim's state; drafts are nobody's but the applicant's.
OFFICERS_SEE = {
    "draft": set(),
    "submitted": DISTRICT | CITY | AUDIT,
    "district_review": DISTRICT | CITY | AUDIT,
    "approved": DISTRICT | CITY | AUDIT | FINANCE,
}
