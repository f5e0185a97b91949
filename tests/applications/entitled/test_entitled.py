"""免申即享: who is reached by what a roster or register says, what confirming does, and what the others are told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.submission import ClaimIncompleteError
from applications.entitled.models import Entitlement
from applications.entitled.services.computing import compute_call, compute_open_calls
from applications.entitled.services.confirming import confirm, offer_of
from applications.rights.models import Roster
from applications.rights.rosters import withdraw_roster
from applications.rights.selectors import right_kinds
from applications.rights.services import record_many
from portal.accounts.enums import Role
from portal.core.errors import StaleStateError
from portal.jobs.models import Job
from portal.notifications.models import Message
from review.decisions.selectors.claim_review import ClaimReview
from tests.applications.entitled.worlds import certificate, open_city, send_roster
from tests.applications.worlds import at_once
from tests.factories import ApplicantFactory, act, make_member, make_official, make_patent_no, suzhou, wuxi, xishan

pytestmark = pytest.mark.django_db
GB = "wx2020-04-gb"


@pytest.fixture
def call():
    return open_city()


@pytest.fixture
def member(call):
    return make_member(ApplicantFactory())


def applicant_of(user):
    return user.memberships.get().applicant


def entitled(user, code: str = GB) -> Entitlement:
    return Entitlement.objects.get(applicant=applicant_of(user), item__code=code)


def hold(user, code: str, *rows) -> None:
    record_many(applicant_of(user), rows=[(right_kinds()[code], row, "") for row in rows], act=act(user))


def reach(call, member) -> Entitlement:
    send_roster(certificate(applicant_of(member)))
    compute_call(call_id=call.pk)
    return entitled(member)


def test_what_a_roster_attests_is_confirmed_in_three_clicks_from_the_message(call, member, client):
    row = reach(call, member)
    assert (row.verdict, row.amount, row.lacking) == ("ready", Decimal("50000.00"), [])
    message = Message.objects.get(user=member, kind="entitled.ready")
    client.force_login(member)
    page = client.get(message.url)  # the first click
    assert "确认并提交申报" in page.content.decode()
    sent = {"seen": page.context["digest"], "commitment": "on"}  # the second ticks, the third sends
    answer = client.post(message.url, sent)
    claim = Claim.objects.get(applicant=applicant_of(member))
    assert answer["Location"] == reverse("applications:claim", args=[claim.key])
    assert (claim.status, claim.claimed_amount, claim.commitment_at is not None) == ("submitted", row.amount, True)
    assert entitled(member).claim == claim
    # The second press of the same button lands on the same claim; computing again changes nothing of it.
    assert client.post(message.url, sent)["Location"] == answer["Location"]
    compute_call(call_id=call.pk)
    assert (Claim.objects.count(), entitled(member).verdict) == (1, "claimed")
    officer = make_official(Role.ACCEPTANCE, claim.region)
    assert [line.roster for line in ClaimReview(claim, user=officer).lines] == [Roster.objects.get()]


def test_a_roster_of_another_city_counts_for_nobody_here(call, member):
    elsewhere = send_roster(certificate(applicant_of(member)), region=suzhou())
    compute_call(call_id=call.pk)
    assert not Entitlement.objects.filter(applicant=applicant_of(member)).exists()
    here = send_roster(certificate(applicant_of(member)), replaces_papers=False)
    compute_call(call_id=call.pk)
    assert entitled(member).verdict == "to_complete"
    assert (elsewhere.replaces_papers, here.replaces_papers) == (True, False)


def test_nothing_is_submitted_without_the_commitment_or_after_a_change(call, member):
    row = reach(call, member)
    seen = offer_of(row, act=act(member)).digest
    with pytest.raises(ClaimIncompleteError, match="承诺"):
        confirm(row, act=act(member), seen=seen, commitment=False)
    send_roster(certificate(applicant_of(member), certified_on="2025-03-02"))
    with pytest.raises(StaleStateError):
        confirm(row, act=act(member), seen=seen, commitment=True)
    assert not Claim.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_who_confirm_at_once_one_submits(call, member):
    row = reach(call, member)
    seen = offer_of(row, act=act(member)).digest
    done = at_once(2, lambda: confirm(row, act=act(member), seen=seen, commitment=True))
    assert sum(one is None for one in done) == 1
    assert Claim.objects.get().status == ClaimStatus.SUBMITTED


def test_what_the_applicant_wrote_down_itself_still_needs_its_papers(call, member, client):
    own = certificate(applicant_of(member))
    del own["uscc"]
    hold(member, "certificate", own)
    compute_call(call_id=call.pk)
    row = entitled(member)
    assert (row.verdict, row.lacking) == ("to_complete", ["认证证书"])
    client.force_login(member)
    assert "确认并提交申报" not in client.get(reverse("entitled:offer", args=[row.key])).content.decode()
    drafted = [client.post(reverse("entitled:draft", args=[row.key]))["Location"] for _ in range(2)]
    claim = Claim.objects.get()
    assert drafted == [reverse("applications:edit", args=[claim.key])] * 2
    assert claim.lines.get().facts["certificate_no"] == "165IP180001R0M"


def test_a_line_that_says_otherwise_than_the_roster_needs_its_papers_again(call, member):
    send_roster(certificate(applicant_of(member)))
    hold(member, "certificate", {"certificate_no": "165IP180001R0M", "certified_on": "2024-03-01"})
    compute_call(call_id=call.pk)
    row = entitled(member)
    assert row.verdict == "ready"  # the office's word goes before one's own
    withdraw_roster(Roster.objects.get(), reason="有误", act=act(make_official(Role.CITY_OFFICER, wuxi())))
    compute_call(call_id=call.pk)
    assert entitled(member).verdict == "to_complete"


def test_who_just_missed_is_told_by_how_much_and_only_once(call, member):
    fee = {"patent_no": make_patent_no(1), "fee_year": "6", "paid_on": "2025-03-01", "fees": "1500"}
    hold(member, "annual-fee", fee)
    for _ in range(2):
        compute_call(call_id=call.pk)
    row = entitled(member, "wx2020-01-maint")
    assert row.verdict == "near"
    assert row.changes == ["年费年度现为 6 年，达到 7 年即符合，还差 1 年"]
    assert row.changes[0] in Message.objects.get(user=member, kind="entitled.near").body
    # A patent of another kind is no near miss of an item for inventions.
    hold(member, "patent", {"patent_no": make_patent_no(2, kind=3), "granted_on": "2025-05-10", "fees": "900"})
    compute_call(call_id=call.pk)
    codes = set(Entitlement.objects.values_list("item__code", flat=True))
    assert codes == {"wx2020-01-maint", "wx2020-01-design"}


def test_a_call_is_computed_once_a_day_from_its_opening_and_not_before(call, member):
    call.opens_at, closes = call.closes_at, call.opens_at
    assert closes < call.opens_at
    type(call).objects.filter(pk=call.pk).update(opens_at=call.opens_at, closes_at=call.opens_at + timedelta(days=9))
    compute_open_calls()
    assert not Job.objects.filter(kind="entitled.compute").exists()
    type(call).objects.filter(pk=call.pk).update(opens_at=closes)
    for _ in range(2):
        compute_open_calls()
    assert Job.objects.filter(kind="entitled.compute").count() == 1


def test_officers_see_whom_their_region_reaches_with_page_and_sheet(call, member, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    reach(call, member)
    page_url, sheet_url = (reverse(f"entitled:{name}", args=[call.key]) for name in ("reached", "sheet"))
    sees = {
        make_official(Role.CITY_OFFICER, wuxi()): True,
        make_official(Role.DISTRICT_FIRST, applicant_of(member).region): True,
        make_official(Role.DISTRICT_FIRST, xishan()): False,
    }
    for officer, is_shown in sees.items():
        client.force_login(officer)
        assert (applicant_of(member).name in client.get(page_url).content.decode()) is is_shown
    client.force_login(make_official(Role.CITY_OFFICER, suzhou()))
    assert client.get(page_url).status_code == 404
    client.force_login(next(iter(sees)))
    assert client.get(sheet_url + "?verdict=reached")["Content-Type"].endswith("sheet")
