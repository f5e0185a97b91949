"""An organisation is known once an officer of its district has read its papers; until then it is not accepted."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role, Verification
from portal.accounts.services.applicants import ApplicantDetails, register_organisation
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.ownership.models import OrganisationPaper
from portal.ownership.selectors import papers_digest
from portal.ownership.services.papers import check_organisation, hand_in_papers
from review.decisions.services.decisions import accept_claim
from tests.factories import UserFactory, act, binhu, make_member, make_official, make_uscc, wuxi, xishan
from tests.portal.ownership.worlds import acceptance_officer, check, papers, pdf, unverified, waiting
from tests.review.decisions.pages import page_of, post
from tests.review.worlds import again, expected, submitted

pytestmark = pytest.mark.django_db


def test_a_registered_organisation_drafts_and_submits_and_is_accepted_only_after_its_papers_were_read(client):
    binhu()
    person = UserFactory()
    details = ApplicantDetails(name="新公司", region_id="320211")
    made = register_organisation(kind="enterprise", uscc=make_uscc(901), details=details, act=act(person))
    assert made.verification == Verification.UNVERIFIED
    applicant, owner = unverified()
    claim, officer = submitted(member=owner), acceptance_officer()
    with pytest.raises(RefusedError, match="尚未提交主体材料.*上传营业执照和授权委托书"):
        accept_claim(claim.pk, expected=expected(claim), act=act(officer))
    hand_in_papers(applicant, files=papers(), act=act(owner))
    with pytest.raises(RefusedError, match="主体核验"):
        accept_claim(claim.pk, expected=expected(claim), act=act(officer))
    client.force_login(officer)
    page = page_of(client, claim).content.decode()
    for paper in OrganisationPaper.objects.all():
        assert reverse("ownership:paper", args=[paper.key]) in page
    refused = post(client, claim, "support")
    assert (refused.status_code, "尚未核验" in refused.content.decode()) == (422, True)
    back = reverse("review:claim", args=[claim.key])
    sent = {"decision": "confirm", "seen": papers_digest(applicant), "reason": ""}
    done = client.post(f"{reverse('ownership:organisation', args=[applicant.pk])}?next={back}", sent)
    assert (done.status_code, done.url) == (302, back)
    accept_claim(claim.pk, expected=expected(claim), act=act(officer))
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    assert AuditRecord.objects.filter(action="ownership.verified", actor=officer).count() == 1


def test_rejected_papers_come_with_a_reason_and_are_handed_in_anew(client):
    applicant, owner = waiting()
    officer = acceptance_officer()
    with pytest.raises(RefusedError, match="必须说明理由"):
        check(applicant, officer, confirm=False, reason=" ")
    check(applicant, officer, confirm=False, reason="授权委托书没有公章，请加盖后上传")
    client.force_login(owner)
    address = reverse("ownership:papers", args=[applicant.pk])
    page = client.get(address).content.decode()
    assert "授权委托书没有公章，请加盖后上传" in page
    assert Message.objects.filter(user=owner, body__contains="没有公章").exists()
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"authority": pdf("sealed")}).status_code == 302
    applicant.refresh_from_db()
    assert applicant.verification == Verification.SUBMITTED
    check(applicant, officer)
    assert applicant.is_verified


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"licence": pdf("only")}, "请上传授权委托书"),
        (papers() | {"licence": SimpleUploadedFile("执照.pdf", b"%PDF-1.7")}, "执照.pdf"),
        (papers() | {"authority": SimpleUploadedFile("a.pdf", b"<html>")}, "不是 PDF、PNG 或 JPG"),
    ],
)
def test_a_paper_that_is_missing_or_that_nobody_can_open_is_refused_by_name(client, sent, words):
    applicant, owner = unverified()
    client.force_login(owner)
    answer = client.post(reverse("ownership:papers", args=[applicant.pk]), sent)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    applicant.refresh_from_db()
    assert (applicant.verification, OrganisationPaper.objects.count()) == (Verification.UNVERIFIED, 0)


def test_only_an_acceptance_officer_of_the_district_who_is_no_member_concludes_on_what_they_saw():
    applicant, owner = waiting()
    seen = papers_digest(applicant)
    others = [
        make_official(Role.ACCEPTANCE, xishan()),
        make_official(Role.DISTRICT_FIRST, binhu()),
        make_official(Role.CITY_OFFICER, wuxi()),
        owner,
    ]
    for person in others:
        with pytest.raises(PermissionDenied):
            check_organisation(applicant, seen=seen, confirm=True, reason="", act=act(person))
    officer = acceptance_officer()
    officer.identity_digest = owner.identity_digest = "1" * 64
    officer.save()
    owner.save()
    with pytest.raises(RefusedError, match="回避"):
        check_organisation(applicant, seen=seen, confirm=True, reason="", act=act(officer))
    hand_in_papers(applicant, files={"licence": pdf("another")}, act=act(owner))
    with pytest.raises(RefusedError, match="有变化"):
        check_organisation(applicant, seen=seen, confirm=True, reason="", act=act(acceptance_officer()))


def test_a_verified_organisation_that_takes_another_name_is_checked_again(client):
    member = make_member()
    applicant = member.memberships.get().applicant
    client.force_login(member)
    page = client.get(reverse("accounts:organisation_edit", args=[applicant.pk]))
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert (
        client.post(
            reverse("accounts:organisation_edit", args=[applicant.pk]),
            values | {"name": "别的公司", "account_name": "别的公司"},
        ).status_code
        == 302
    )
    applicant.refresh_from_db()
    assert (applicant.name, applicant.verification) == ("别的公司", Verification.UNVERIFIED)
    assert AuditRecord.objects.get(action="ownership.renamed").after == {"verification": "unverified"}


def test_papers_of_people_who_left_are_no_business_of_those_who_came_after(client):
    applicant, owner = waiting()
    colleague = make_member(applicant)
    paper = OrganisationPaper.objects.first()
    assert OrganisationPaper.objects.visible_to(colleague).count() == 2
    owner.memberships.all().delete()
    assert OrganisationPaper.objects.visible_to(colleague).count() == 0
    client.force_login(colleague)
    assert client.get(reverse("ownership:paper", args=[paper.key])).status_code == 404
    assert paper.filename not in client.get(reverse("ownership:papers", args=[applicant.pk])).content.decode()


def test_the_desk_lists_what_waits_in_ones_own_districts(client):
    applicant, _ = waiting()
    for officer, listed in ((acceptance_officer(), True), (make_official(Role.ACCEPTANCE, xishan()), False)):
        client.force_login(officer)
        assert (applicant.name in client.get(reverse("ownership:desk")).content.decode()) is listed
