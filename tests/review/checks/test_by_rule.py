"""What every check passed may be passed on by rule: two people's setting, a ceiling, one stage, and a way back."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from review.checks.enums import Severity
from review.checks.models import CheckSetting
from review.checks.registry import CHECKS, Check, Found
from review.checks.services.by_rule import pass_claims_by_rule
from review.checks.services.settings import decide_setting, propose_setting
from review.decisions.models import Decision
from review.decisions.services.decisions import support_claim
from review.decisions.services.ways_back import take_back
from tests.factories import act, make_official, wuxi
from tests.review.worlds import accepted, again, confirmed, expected, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(monkeypatch):
    """Things that the only check finds; empty: it passes."""
    things: list[Found] = []
    check = Check(title="试用核查", find=lambda _: list(things), words={"": "有疑点。"}, severity=Severity.NOTICE)
    for module in ("selectors", "services.examine", "services.by_rule"):
        monkeypatch.setattr(f"review.checks.{module}.CHECKS", {"doubt": check})
    return things


def rule(claim, stage: str, ceiling: str, basis: str = "锡知〔2026〕1号第三条") -> CheckSetting:
    """A setting that two policy administrators made."""
    first, second = (make_official(Role.POLICY_ADMIN, wuxi()) for _ in range(2))
    given = {"name": f"by_rule.{stage}", "value": ceiling, "basis": basis}
    made = propose_setting(claim.item, **given, act=act(first))
    with pytest.raises(RefusedError, match="提出人"):
        decide_setting(made.pk, is_confirmed=True, act=act(first))
    assert pass_claims_by_rule() == 0
    return decide_setting(made.pk, is_confirmed=True, act=act(second))


def test_rule_needs_a_basis_and_a_sum(office):
    claim, user = accepted(office), make_official(Role.POLICY_ADMIN, wuxi())
    for value, basis, problem in (("5000", " ", "依据"), ("五千多", "文号", "金额上限")):
        with pytest.raises(RefusedError, match=problem):
            propose_setting(claim.item, name="by_rule.city", value=value, basis=basis, act=act(user))


@pytest.mark.parametrize(
    ("stage", "make", "after"),
    [
        ("district_first", accepted, "district_confirmation"),
        ("district_second", reviewed, "city_review"),
        ("city", confirmed, "final_decision"),
    ],
)
def test_claim_that_passed_everything_goes_on_with_a_note_and_its_desk_can_take_it_back(
    office, found, stage, make, after
):
    claim = make(office)
    before = claim.status
    rule(claim, stage, "5,000.00")
    assert pass_claims_by_rule() == 1
    made = Decision.objects.latest("pk")
    assert (again(claim).status, made.officer, made.amount) == (after, None, Decimal(5000))
    assert (made.officer_name, "锡知〔2026〕1号" in made.rule) == ("系统（按规则办理）", True)
    assert "试用核查（第 1 版）" in made.rule
    desk = {"district_first": office.first, "district_second": office.second, "city": office.city}[stage]
    take_back(claim.pk, expected=expected(claim), reason="另有线索", act=act(desk))
    assert again(claim).status == before
    assert pass_claims_by_rule() == 0


def test_a_doubt_a_higher_sum_and_a_second_stage_are_left_to_people(office, found):
    claim = accepted(office)
    setting = rule(claim, "district_first", "4999.99")
    assert pass_claims_by_rule() == 0
    CheckSetting.objects.filter(pk=setting.pk).update(value="5000.00")
    found.append(Found("x"))
    assert pass_claims_by_rule() == 0
    rule(claim, "district_second", "5000")
    found.clear()
    assert (pass_claims_by_rule(), pass_claims_by_rule()) == (1, 0)
    assert again(claim).status == "district_confirmation"


def test_conclusion_has_a_person_or_a_rule(office):
    claim = accepted(office)
    made = support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    for given in ({"officer": None}, {"rule": "某规则"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(
                **{
                    "claim": claim,
                    "stage": "city",
                    "round": 9,
                    "conclusion": "support",
                    "amount": 1,
                    "officer": made.officer,
                    **given,
                }
            )
    assert "credit" in CHECKS
