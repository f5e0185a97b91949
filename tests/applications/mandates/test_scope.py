"""What a mandate opens: no more than its items, days and rights, as of this moment, everywhere alike."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, Evidence
from applications.claims.permissions import open_actions
from applications.claims.selectors.duplicates import reusable_evidence
from applications.claims.selectors.lists import list_claims
from applications.claims.services.drafts import lock_editable, start_claim
from applications.claims.services.submission import ClaimIncompleteError, submit_claim, withdraw_claim
from applications.mandates.enums import MandateAction, MandateState, Right
from applications.mandates.models import Mandate
from applications.mandates.services import end_mandate
from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.services.applicants import set_who_submits
from portal.api.services import create_token
from portal.audit.models import AuditRecord
from portal.core import clock
from portal.core.errors import RefusedError
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.papers.selectors import papers_of
from tests.applications.mandates.worlds import ALL, give_mandate, make_agent
from tests.applications.worlds import give_evidence, publish, ready_claim
from tests.factories import ApplicantFactory, ClaimFactory, act, binhu, make_member, make_official, publish_items
from tests.files import make_pdf

pytestmark = pytest.mark.django_db


def seen(agent) -> set[Claim]:
    return set(Claim.objects.visible_to(agent))


def test_an_agency_sees_what_its_mandates_cover_and_nothing_else():
    agent = make_agent()
    inventions, loans = (
        ClaimFactory(version__item__code=code, status=ClaimStatus.DRAFT) for code in ("wx2020-01-inv", "wx2020-05-loan")
    )
    client = inventions.applicant
    other_item = ClaimFactory(applicant=client, version=loans.version, status=ClaimStatus.DRAFT)
    assert seen(agent) == set()
    give_mandate(client, agent, inventions.item)
    give_mandate(ApplicantFactory(), agent)
    assert seen(agent) == {inventions}
    assert [claim.pk for claim in list_claims(agent).rows] == [inventions.pk]
    # A second one that overlaps adds its own, and takes nothing away.
    give_mandate(client, agent, loans.item, rights=(Right.READ,))
    assert seen(agent) == {inventions, other_item}
    assert open_actions(agent, inventions) == [Action.SUBMIT, Action.WITHDRAW]
    assert open_actions(agent, other_item) == []
    assert seen(make_agent()) == set()


def test_days_items_rights_and_beginnings_are_all_asked_in_every_combination():
    """Of the five things that narrow a mandate, each alone closes it; expected by counting, not by the same query."""
    agent, claim = make_agent(), ClaimFactory(status=ClaimStatus.DRAFT)
    other = ClaimFactory(applicant=claim.applicant, version__item__code="wx2020-05-loan").item
    days = {(-1, 0): True, (0, 0): True, (-9, -1): False, (1, 9): False}
    for (span, in_days), item, right, with_earlier, is_revoked in product(
        days.items(), (claim.item, other, None), (Right.FILL, Right.READ), (True, False), (True, False)
    ):
        items = [item] if item else []
        mandate = give_mandate(claim.applicant, agent, *items, rights=(right,), days=span, with_earlier=with_earlier)
        if is_revoked:
            end_mandate(mandate, MandateAction.REVOKE, act=act(mandate.asked_by))
        covers = in_days and item != other and with_earlier and not is_revoked
        assert (claim in seen(agent)) == covers
        fills = Claim.objects.visible_to(agent, right=Right.FILL).filter(pk=claim.pk).exists()
        assert fills == (covers and right == Right.FILL)
        assert (Action.WITHDRAW in open_actions(agent, claim)) == (covers and right == Right.FILL)
        Mandate.objects.filter(pk=mandate.pk).update(starts_on=date(2000, 1, 1), ends_on=date(2000, 1, 2))


def test_it_ends_at_midnight_and_not_a_minute_before():
    agent, claim = make_agent(), ClaimFactory(status=ClaimStatus.DRAFT)
    mandate = give_mandate(claim.applicant, agent)
    midnight = timezone.make_aware(datetime.combine(mandate.ends_on + timedelta(days=1), datetime.min.time()))
    with clock.set_to(midnight - timedelta(seconds=1)):
        assert seen(agent) == {claim}
    with clock.set_to(midnight.astimezone(UTC)):
        assert seen(agent) == set()


def test_what_is_revoked_between_two_requests_is_gone_with_the_second(client):
    agent = make_agent()
    claim = ready_claim()
    mandate = give_mandate(claim.applicant, agent)
    client.force_login(agent)
    page = reverse("applications:edit", args=[claim.key])
    assert client.get(page).status_code == 200
    end_mandate(mandate, MandateAction.REVOKE, act=act(mandate.asked_by))
    assert client.post(page, {"action": "save", "revision": claim.revision}).status_code == 404
    assert client.get(page).status_code == 404
    with pytest.raises(RefusedError, match="受托代理机构"), transaction.atomic():
        lock_editable(claim, act=act(agent))


def test_without_the_right_to_submit_it_fills_in_and_hands_over(client):
    agent, owner = make_agent(), make_member()
    publish()
    claim = ready_claim(owner)
    item = SupportItem.objects.select_related("document__region").get(code="wx2020-01-inv")
    principal = owner.active_memberships[0].applicant
    mandate = give_mandate(principal, agent, item, rights=(Right.FILL,), with_earlier=False)
    with pytest.raises(RefusedError, match="委托书"):
        start_claim(ApplicantFactory(), item=item, key=mandate.key, act=act(agent))
    claim_of_agency = start_claim(principal, item=item, key=mandate.key, act=act(agent))
    assert claim not in seen(agent)
    assert claim_of_agency.events.get().mandate == mandate
    record = AuditRecord.objects.get(action="claim.create", target_id=str(claim_of_agency.pk))
    assert (record.after["mandate"], record.after["agency"]) == (mandate.number, mandate.agency.name)
    with pytest.raises(ClaimIncompleteError, match="没有包含提交的权限"):
        submit_claim(claim_of_agency, act=act(agent), revision=0, commitment=True)
    client.force_login(agent)
    review = client.get(reverse("applications:review", args=[claim_of_agency.key])).content.decode()
    assert "交给负责人提交" in review
    assert principal.account_number not in review
    client.post(reverse("applications:hand_over", args=[claim_of_agency.key]))
    assert owner.portal_messages.filter(kind="claims.for_owner").count() == 1


def test_with_the_right_it_submits_for_the_principal_and_says_so_everywhere(client):
    agent, owner = make_agent(), make_member()
    claim = ready_claim(owner)
    mandate = give_mandate(claim.applicant, agent)
    # Where only the owner submits, no mandate lets anybody else.
    set_who_submits(claim.applicant, owner_only=True, act=act(owner))
    claim.refresh_from_db()
    with pytest.raises(ClaimIncompleteError, match="委托人设定由负责人核对后提交"):
        submit_claim(claim, act=act(agent), revision=claim.revision, commitment=True)
    client.force_login(agent)
    assert "交给负责人提交" in client.get(reverse("applications:review", args=[claim.key])).content.decode()
    set_who_submits(claim.applicant, owner_only=False, act=act(owner))
    claim = Claim.objects.get(pk=claim.pk)
    submit_claim(claim, act=act(agent), revision=claim.revision, commitment=True)
    claim.refresh_from_db()
    event = claim.events.get(action=Action.SUBMIT)
    assert (claim.status, event.actor, event.role, event.mandate) == ("submitted", agent, "applicant", mandate)
    for person in (owner, agent):
        assert person.portal_messages.filter(kind="claims.submitted").count() == 1
    client.force_login(owner)
    page = client.get(reverse("applications:claim", args=[claim.key])).content.decode()
    assert f"由{mandate.agency.name}{agent.name}代办，委托书 {mandate.number}" in page
    assert withdraw_claim(claim, act=act(agent), reason="材料有误").status == ClaimStatus.WITHDRAWN


def test_notices_and_letters_need_rights_of_their_own(client):
    version = publish_items("wx2020-01-inv")["wx2020-01-inv"]
    agent, claim = make_agent(), ClaimFactory(version=version, status=ClaimStatus.APPROVED)
    mandate = give_mandate(claim.applicant, agent)
    with transaction.atomic():
        named = {"year": 2026, "sequence": 1, "number": "1", "issued_on": timezone.localdate()}
        Notice.objects.create(claim=claim, kind=NoticeKind.GRANT, region=claim.city, snapshot={"party": "甲"}, **named)
    client.force_login(agent)
    letters = reverse("letters:thread", args=[claim.key])
    for rights in ((Right.FILL,), (Right.READ,), (Right.CORRECT,), ALL):
        given = {right.value: right in rights for right in Right}
        Mandate.objects.filter(pk=mandate.pk).update(**given)
        assert Notice.objects.visible_to(agent).exists() == (Right.READ in rights)
        assert bool(papers_of(agent).rows) == (Right.READ in rights)
        assert (client.get(letters).status_code == 200) == (Right.CORRECT in rights)
        page = client.get(reverse("applications:claim", args=[claim.key])).content.decode()
        assert (letters in page) == (Right.CORRECT in rights)


def test_files_follow_the_claim_and_those_of_other_claims_are_not_offered():
    agent, owner = make_agent(), make_member()
    mine, theirs = ready_claim(owner), ready_claim(owner, item="wx2020-05-loan", lines=[{}])
    give_mandate(mine.applicant, agent, mine.item)
    give_evidence(theirs, owner, content=make_pdf(text="other"))
    assert set(Evidence.objects.visible_to(agent).values_list("claim", flat=True)) == {mine.pk}
    assert reusable_evidence(mine, owner)
    assert reusable_evidence(mine, agent) == []


def test_a_token_of_an_agencys_member_reads_what_the_member_sees():
    agent, claim = make_agent(), ClaimFactory()
    ClaimFactory()
    _, secret = create_token(agent, label="机构", act=act(agent))
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert Client(**headers).get("/api/v1/claims").json()["claims"] == []
    give_mandate(claim.applicant, agent)
    assert [row["number"] for row in Client(**headers).get("/api/v1/claims").json()["claims"]] == [claim.number]


def test_nobody_else_pays_a_query_for_mandates(django_assert_num_queries):
    member, agent = make_member(), make_agent()
    give_mandate(ApplicantFactory(), agent)
    for person, queries in ((member, 1), (agent, 2)):
        assert person.active_memberships
        with django_assert_num_queries(queries):
            list_claims(person)


def test_an_official_whose_other_account_is_of_an_agency_does_no_work_on_its_clients(django_assert_num_queries):
    agent, officer, claim = make_agent(), make_official(Role.ACCEPTANCE, binhu()), ClaimFactory()
    User.objects.filter(pk__in=(agent.pk, officer.pk)).update(identity_digest="1" * 64)
    mandate = give_mandate(claim.applicant, agent, days=(-9, -1))
    give_mandate(ApplicantFactory(), agent, state=MandateState.ASKED)
    assert User.objects.get(pk=officer.pk).recused_from == {mandate.agency_id, claim.applicant_id}
    other = User.objects.get(pk=make_official(Role.ACCEPTANCE, binhu()).pk)
    with django_assert_num_queries(1):
        assert other.recused_from == set()


def test_an_official_without_membership_is_refused_as_before():
    claim = ready_claim()
    with pytest.raises(PermissionDenied):
        withdraw_claim(claim, act=act(make_member()), reason="x")
