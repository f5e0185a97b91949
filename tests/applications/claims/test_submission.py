"""Submitting and withdrawing."""

import re
import threading
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimCounter, ClaimLine
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.problems import find_problems
from applications.claims.services.drafts import Typed, save_draft
from applications.claims.services.submission import (
    AlreadySubmittedError,
    ClaimIncompleteError,
    submit_claim,
    withdraw_claim,
)
from policies.published.models import ItemVersion, SupportItem
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from tests.applications.worlds import at_once, loan_facts, patent_facts, publish, ready_claim
from tests.factories import ApplicantFactory, act, make_member, make_patent_no

pytestmark = pytest.mark.django_db


def submit(claim: Claim, member, **given):
    return submit_claim(claim, act=act(member), **({"revision": claim.revision, "commitment": True} | given))


def test_a_complete_claim_is_submitted_with_number_amount_rights_and_an_audit_record():
    member = make_member()
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2, fees="3000.50")])
    done = submit(claim, member)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED
    assert claim.number == f"SB{claim.submitted_at.year}-0000001"
    assert claim.claimed_amount == Decimal("8000.50")
    assert list(claim.lines.values_list("assessed_amount", flat=True)) == [Decimal("5000.00"), Decimal("3000.50")]
    assert all(line.exclusive_key for line in claim.lines.all())
    assert done.assessment.answer["outcome"] == "payable"
    assert AuditRecord.objects.filter(action="claim.submit", target_id=str(claim.pk)).count() == 1
    assert member.portal_messages.filter(title__contains="申报已提交").count() == 1


def test_a_second_press_finds_the_claim_submitted_and_changes_nothing():
    member = make_member()
    claim = ready_claim(member)
    submit(claim, member)
    with pytest.raises(AlreadySubmittedError, match="没有重复提交"):
        submit(claim, member)
    assert claim.events.filter(action="submit").count() == 1
    assert claim.assessments.count() == 1


def test_without_the_commitment_or_from_an_old_review_page_nothing_is_submitted():
    member = make_member()
    claim = ready_claim(member)
    with pytest.raises(ClaimIncompleteError, match="申报承诺"):
        submit(claim, member, commitment=False)
    with pytest.raises(ClaimIncompleteError, match="又有修改"):
        submit(claim, member, revision=claim.revision - 1)
    claim.refresh_from_db()
    assert (claim.status, claim.number) == (ClaimStatus.DRAFT, None)


def test_somebody_elses_claim_cannot_be_submitted():
    claim = ready_claim()
    with pytest.raises(PermissionDenied):
        submit(claim, make_member())
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DRAFT
    assert not claim.lines.exclude(exclusive_key=None).exists()


@pytest.mark.broad
@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"patent_no": "201710601862.4"}, "校验位不符"),
        ({"patent_no": make_patent_no(9, kind=3)}, "从号码看这是外观设计"),
        ({"fees": ""}, "请填写费用合计"),
        ({"granted_on": "2099-01-01"}, "在今天之后"),
        ({"granted_on": "2020-03-09"}, "不在该政策的施行期内"),
    ],
)
def test_a_fact_that_will_not_do_is_named_with_its_line(facts, says):
    member = make_member()
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2, **facts)])
    with pytest.raises(ClaimIncompleteError, match=says) as caught:
        submit(claim, member)
    assert "第 2 项" in str(caught.value)
    assert caught.value.problems[0].anchor.startswith(f"slot-l{claim.lines.order_by('position')[1].pk}-")


def test_missing_evidence_and_profile_are_named():
    applicant = ApplicantFactory(bank_name="")
    member = make_member(applicant)
    claim = ready_claim(member)
    claim.evidence.filter(requirement="certificate").update(removed_at=timezone.now())
    with pytest.raises(ClaimIncompleteError) as caught:
        submit(claim, member)
    assert "开户银行" in str(caught.value)
    assert "请上传权利证书" in str(caught.value)


def test_the_same_right_twice_in_one_claim_is_refused():
    member = make_member()
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(1)])
    with pytest.raises(ClaimIncompleteError, match="与第 1 项的专利号相同"):
        submit(claim, member)


def test_a_right_that_anybody_claimed_in_any_year_is_refused_without_revealing_whose():
    first_member = make_member()
    first = ready_claim(first_member)
    submit(first, first_member)
    Claim.objects.filter(pk=first.pk).update(submitted_at=timezone.now() - timedelta(days=800))
    member = make_member()
    second = ready_claim(member)
    with pytest.raises(ClaimIncompleteError, match="不能重复申报") as caught:
        submit(second, member)
    assert first.applicant.name not in str(caught.value)
    assert str(first.number) not in str(caught.value)
    assert "第 1 项" in str(caught.value)


def test_a_withdrawn_claim_gives_its_right_back():
    member = make_member()
    first = ready_claim(member)
    submit(first, member)
    withdraw_claim(first, act=act(member), reason="改由子公司申报")
    assert not ClaimLine.objects.filter(claim=first).exclude(exclusive_key=None).exists()
    other = make_member()
    second = ready_claim(other)
    assert submit(second, other).claim.status == ClaimStatus.SUBMITTED


def test_where_the_item_only_flags_a_second_claim_of_the_same_right_is_submitted():
    facts = {"patent_no": make_patent_no(4), "fee_year": "7", "paid_on": "2021-05-10", "fees": "2000"}
    member = make_member()
    first = ready_claim(member, item="wx2020-01-maint", lines=[facts])
    submit(first, member)
    second = ready_claim(member, item="wx2020-01-maint", lines=[facts | {"fee_year": "8"}])
    problems = find_problems(read_claim(second), at=timezone.now())
    assert [p.is_warning for p in problems] == [True]
    assert submit(second, member).claim.status == ClaimStatus.SUBMITTED


def test_lines_of_two_versions_of_the_rules_must_be_claimed_apart():
    publish()
    item = SupportItem.objects.get(code="wx2020-01-inv")
    first = item.versions.get()
    later = ItemVersion.objects.create(
        item=item, number=2, valid_from=date(2022, 1, 1), content=first.content, hash="f" * 64
    )
    member = make_member()
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2, granted_on="2022-03-01")])
    with pytest.raises(ClaimIncompleteError, match="请按版本分开"):
        submit(claim, member)
    alone = ready_claim(member, lines=[patent_facts(3, granted_on="2021-12-31")])
    assert submit(alone, member).claim.version == first
    newer = ready_claim(member, lines=[patent_facts(4, granted_on="2022-01-01")])
    assert submit(newer, member).claim.version == later


def test_an_individual_gets_half_and_may_claim_only_what_individuals_may():
    member = make_member(ApplicantFactory(individual=True))
    claim = ready_claim(member)
    assert submit(claim, member).assessment.amount == Decimal("2500.00")
    loan = ready_claim(member, item="wx2020-05-loan", lines=[loan_facts()])
    with pytest.raises(ClaimIncompleteError, match="个人不在其中"):
        submit(loan, member)


def test_the_interest_of_a_loan_is_halved():
    member = make_member()
    claim = ready_claim(member, item="wx2020-05-loan", lines=[loan_facts()])
    done = submit(claim, member)
    assert done.claim.claimed_amount == Decimal("50000.00")


def test_a_defence_patent_is_told_to_go_offline_and_holds_nothing():
    member = make_member()
    claim = ready_claim(member)
    line = claim.lines.get()
    typed = Typed({}, {line.pk: patent_facts()}, defence={line.pk})
    save_draft(claim, act=act(member), revision=claim.revision, typed=typed)
    line.refresh_from_db()
    assert (line.is_defence, line.facts, line.subject_key) == (True, {}, "")
    claim.refresh_from_db()
    with pytest.raises(ClaimIncompleteError, match="国防专利不能在互联网平台申报"):
        submit(claim, member)


def test_withdrawing_needs_a_reason_and_a_member():
    member = make_member()
    claim = ready_claim(member)
    submit(claim, member)
    with pytest.raises(RefusedError, match="必须说明理由"):
        withdraw_claim(claim, act=act(member), reason=" ")
    with pytest.raises(PermissionDenied):
        withdraw_claim(claim, act=act(make_member()), reason="不要了")
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED
    assert claim.lines.exclude(exclusive_key=None).count() == 1


def test_claim_numbers_are_counted_by_year_without_a_gap():
    member = make_member()
    numbers = []
    for n in range(1, 4):
        claim = ready_claim(member, lines=[patent_facts(n)])
        if n == 2:
            with pytest.raises(ClaimIncompleteError):
                submit(claim, member, commitment=False)
        numbers.append(submit(claim, member).claim.number)
    year = timezone.localdate().year
    assert numbers == [f"SB{year}-000000{n}" for n in (1, 2, 3)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_submits_at_once_make_one_submission():
    member = make_member()
    claim = ready_claim(member)
    outcomes = at_once(20, lambda: submit(claim, member))
    assert sorted(Counter(type(o).__name__ for o in outcomes).items()) == [
        ("AlreadySubmittedError", 19),
        ("Submitted", 1),
    ]
    claim.refresh_from_db()
    assert claim.events.filter(action="submit").count() == 1
    assert claim.assessments.count() == 1
    assert AuditRecord.objects.filter(action="claim.submit", target_id=str(claim.pk)).count() == 1
    assert ClaimCounter.objects.get().last == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_claims_of_one_right_submitted_at_once_one_gets_it():
    publish()
    members = [make_member() for _ in range(6)]
    claims = [ready_claim(member) for member in members]
    pairs = iter(list(zip(claims, members, strict=True)))
    lock = threading.Lock()

    def take() -> object:
        with lock:
            claim, member = next(pairs)
        return submit(claim, member)

    outcomes = at_once(6, take)
    assert sorted(Counter(type(o).__name__ for o in outcomes).items()) == [
        ("ClaimIncompleteError", 5),
        ("Submitted", 1),
    ]
    assert Claim.objects.filter(status=ClaimStatus.SUBMITTED).count() == 1
    assert ClaimCounter.objects.get().last == 1


def test_two_fee_years_of_one_patent_stand_side_by_side_and_the_same_year_does_not():
    facts = {"patent_no": make_patent_no(4), "fee_year": "7", "paid_on": "2021-05-10", "fees": "1500"}
    member = make_member()
    claim = ready_claim(member, item="wx2020-01-maint", lines=[facts, facts | {"fee_year": "8"}])
    assert submit(claim, member).claim.claimed_amount == Decimal("2000.00")
    twice = ready_claim(member, item="wx2020-01-maint", lines=[facts, facts])
    with pytest.raises(ClaimIncompleteError, match="与第 1 项的专利号相同"):
        submit(twice, member)


def test_a_claim_is_read_once_on_its_way_through_submission(django_assert_max_num_queries):
    member = make_member()
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2)])
    # Three of them: the lines that are fixed now, and what the chain holds of them and of the claim.
    with django_assert_max_num_queries(56) as queries:
        submit(claim, member)
    for table in ("claimline", "evidence"):
        # More than the keys, which the chain asks for.
        name = f"applications_{table}"
        own = rf'SELECT (?:[^ ]+, ){{2}}.* FROM "{name}".* WHERE .{{0,3}}"{name}"."claim_id" = {claim.pk}\b'  # noqa: S608
        assert sum(bool(re.search(own, query["sql"])) for query in queries) == 1, table
