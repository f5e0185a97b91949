"""Which duties go together, and where they can be held."""

import pytest

from portal.accounts.enums import CITY_ROLES, DISTRICT_ROLES, SEPARATE_DUTIES, THREE_OFFICES, RegionLevel, Role
from portal.accounts.permissions import appointment_problem
from portal.core.regions import same_branch

BINHU, XISHAN, WUXI, SUZHOU, JIANGSU = "320211", "320205", "320200", "320500", "320000"
LEVELS = {
    BINHU: RegionLevel.DISTRICT,
    XISHAN: RegionLevel.DISTRICT,
    WUXI: RegionLevel.CITY,
    SUZHOU: RegionLevel.CITY,
    JIANGSU: RegionLevel.PROVINCE,
}


def problem(role: Role, region: str, *held: tuple[Role, str]) -> str | None:
    return appointment_problem(role, region_code=region, region_level=LEVELS[region], held=held)


def home_of(role: Role) -> str:
    return BINHU if role in DISTRICT_ROLES else WUXI


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_its_levels(role):
    allowed = {region for region in (BINHU, WUXI, JIANGSU) if problem(role, region) is None}
    if role in DISTRICT_ROLES:
        assert allowed == {BINHU}
    elif role in (Role.DECISION_MAKER, Role.FINANCE):
        assert allowed == {BINHU, WUXI}
    elif role in CITY_ROLES - {Role.POLICY_ADMIN}:
        assert allowed == {WUXI}
    else:
        assert allowed == {WUXI, JIANGSU}


@pytest.mark.parametrize(
    ("one", "other"), [(a, b) for a in sorted(SEPARATE_DUTIES) for b in sorted(SEPARATE_DUTIES) if a != b]
)
def test_no_two_stations_of_a_claims_way_are_one_persons(one, other):
    said = problem(Role(other), home_of(Role(other)), (Role(one), home_of(Role(one))))
    assert said is not None
    assert Role(one).label in said
    assert "不相容职责" in said


def test_the_same_two_duties_in_places_that_share_no_claims_are_fine():
    assert problem(Role.DISTRICT_SECOND, XISHAN, (Role.DISTRICT_FIRST, BINHU)) is None
    assert problem(Role.FINANCE, SUZHOU, (Role.DISTRICT_FIRST, BINHU)) is None


@pytest.mark.parametrize(
    ("office", "role"), [(office, role) for office in sorted(THREE_OFFICES) for role in Role if role != office]
)
def test_who_appoints_confirms_or_audits_holds_no_other_duty_anywhere(office, role):
    assert "三员分立" in problem(office, SUZHOU, (role, home_of(role)))
    assert "三员分立" in problem(role, home_of(role), (office, SUZHOU))


def test_a_policy_administrator_may_hold_one_more_duty():
    assert problem(Role.POLICY_ADMIN, WUXI, (Role.CITY_OFFICER, WUXI)) is None


def test_the_same_appointment_is_not_made_twice():
    assert "已在该地区担任" in problem(Role.AUDITOR, WUXI, (Role.AUDITOR, WUXI))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (BINHU, BINHU, True),
        (BINHU, WUXI, True),
        (WUXI, BINHU, True),
        (JIANGSU, BINHU, True),
        (BINHU, XISHAN, False),
        (BINHU, SUZHOU, False),
    ],
)
def test_a_region_shares_claims_with_those_above_and_below_it(one, other, together):
    assert same_branch(one, other) is together
