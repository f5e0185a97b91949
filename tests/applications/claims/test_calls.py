"""Claims and their calls: begun and submitted inside one, kept when it closes, moved to the next."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.calls import call_situation, claims_by_item
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.problems import find_problems
from applications.claims.services.corrections import PointAsked, request_correction, resubmit_claim
from applications.claims.services.drafts import move_to_call, start_claim
from applications.claims.services.submission import ClaimIncompleteError, submit_claim
from policies.calls.enums import CallState
from policies.calls.models import Call
from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from tests.applications.worlds import patent_facts, publish, ready_claim, start
from tests.factories import (
    ApplicantFactory,
    CallFactory,
    ClaimFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_region,
    suzhou,
    wuxi,
)

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
ITEM = "wx2020-01-inv"


@pytest.fixture
def member(db):
    return make_member()


@pytest.fixture
def item(db):
    publish()
    return SupportItem.objects.select_related("document__region").get(code=ITEM)


def reschedule(call, *, opens=-10 * DAY, closes):
    """Let the call open and close at these distances from now."""
    now = timezone.now()
    Call.objects.filter(pk=call.pk).update(opens_at=now + opens, closes_at=now + closes)
    call.refresh_from_db()


def begin(member, item, **options):
    applicant = member.active_memberships[0].applicant
    moment = options.pop("at", None)
    deed = ActorContext(user=member, at=moment) if moment else act(member)
    return start_claim(applicant, item=item, key=uuid.uuid4(), act=deed, **options)


def submit_at(claim, member, moment):
    claim = Claim.objects.get(pk=claim.pk)
    return submit_claim(claim, act=ActorContext(user=member, at=moment), revision=claim.revision, commitment=True)


def only_call():
    return Call.objects.get()


def test_claim_keeps_the_call_it_was_begun_in(member, item):
    claim = begin(member, item)
    assert claim.call == only_call()
    record = AuditRecord.objects.get(action="claim.create", target_id=str(claim.pk))
    assert record.after["call"] == claim.call.number


def test_nothing_is_begun_before_the_opening_nor_from_the_close_on(member, item):
    call = only_call()
    reschedule(call, opens=DAY, closes=2 * DAY)
    for moment, begins in (
        (call.opens_at - TICK, False),
        (call.opens_at, True),
        (call.closes_at - TICK, True),
        (call.closes_at, False),
    ):
        if begins:
            assert begin(member, item, at=moment).call == call
        else:
            with pytest.raises(RefusedError):
                begin(member, item, at=moment)
    assert Claim.objects.count() == 2


def test_who_comes_too_early_learns_when_it_opens(member, item):
    call = only_call()
    reschedule(call, opens=DAY, closes=2 * DAY)
    with pytest.raises(RefusedError, match=rf"将于 {call.opens_words} 开放申报"):
        begin(member, item)
    Call.objects.update(state=CallState.WITHDRAWN)
    with pytest.raises(RefusedError, match="没有正在申报的通知"):
        begin(member, item)


def test_call_of_another_city_is_not_open_to_the_applicant(item):
    Call.objects.update(region=suzhou())
    make_region("320506", "吴中区", "district", suzhou())
    with pytest.raises(RefusedError, match="没有正在申报的通知"):
        begin(make_member(ApplicantFactory(region=binhu())), item)


def test_claim_is_begun_in_the_wanted_call_only_where_that_is_open_for_it(member, item):
    other = CallFactory(items=[item], facts_from=date(2020, 1, 1), facts_to=date(2021, 1, 1))
    closed = CallFactory(items=[item], closes_at=timezone.now())
    without = CallFactory()
    assert begin(member, item, call=other).call == other
    for call in (closed, without):
        with pytest.raises(RefusedError):
            begin(member, item, call=call)


def test_claim_submitted_a_moment_before_the_close_is_in_and_at_the_close_it_is_not(member):
    early, late = ready_claim(member), ready_claim(member, lines=[patent_facts(2)])
    call = only_call()
    reschedule(call, closes=DAY)
    assert submit_at(early, member, call.closes_at - TICK).claim.status == ClaimStatus.SUBMITTED
    with pytest.raises(ClaimIncompleteError, match="已于 .* ?截止，暂时不能提交；草稿已为您保留"):
        submit_at(late, member, call.closes_at)
    late.refresh_from_db()
    assert (late.status, late.number, late.submitted_at) == (ClaimStatus.DRAFT, None, None)


def test_withdrawn_call_takes_no_submission_and_says_so(member):
    claim = ready_claim(member)
    Call.objects.update(state=CallState.WITHDRAWN)
    with pytest.raises(ClaimIncompleteError, match="已撤销，暂时不能提交"):
        submit_at(claim, member, timezone.now())


def test_facts_of_other_days_are_named_with_their_line(member):
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2, granted_on="2021-06-01")])
    Call.objects.update(facts_from=date(2021, 5, 10), facts_to=date(2021, 6, 1))
    claim = Claim.objects.get(pk=claim.pk)
    found = [p for p in find_problems(read_claim(claim), at=timezone.now()) if not p.is_warning]
    assert [(p.line_number, p.anchor.endswith("-granted_on")) for p in found] == [(2, True)]
    assert "授权公告日为 2021-06-01，不在" in found[0].message
    assert "2021年5月10日至2021年5月31日" in found[0].message


def test_a_day_that_another_call_takes_is_named_with_that_call_while_the_draft_is_written(client, member, item):
    claim = ready_claim(member, lines=[patent_facts(1, granted_on="2021-06-01")])
    Call.objects.update(facts_from=date(2021, 5, 10), facts_to=date(2021, 6, 1))
    opens = timezone.now() + 40 * DAY
    CallFactory(title="第三批", opens_at=opens, facts_from=date(2021, 6, 1), facts_to=date(2022, 1, 1), items=[item])
    client.force_login(member)
    line = claim.lines.get()
    draft = client.get(reverse("applications:edit", args=[claim.key])).content.decode()
    typed = {"revision": claim.revision, f"l{line.pk}-fees": "1", "line": line.pk}
    saved = client.post(reverse("applications:autosave", args=[claim.key]), typed).content.decode()
    for page in (draft, saved, str(find_problems(read_claim(Claim.objects.get(pk=claim.pk)), at=timezone.now()))):
        assert "第三批" in page
        assert "上传材料前请先看" in page or "Problem(" in page


@pytest.mark.parametrize(
    ("facts", "says", "is_warning"),
    [
        ({"granted_on": "2099-01-01"}, "在今天之后", False),
        ({"holders": "江南大学、示例公司"}, "第一权利人为“江南大学”", True),
        ({"holders": "示例（无锡）有限公司 、乙"}, "", True),
    ],
)
def test_what_an_officer_would_refuse_is_said_while_the_draft_is_written(item, facts, says, is_warning):
    member = make_member(ApplicantFactory(name="示例(无锡)有限公司"))
    claim = ready_claim(member, lines=[patent_facts(1, holders="示例（无锡）有限公司") | facts])
    early = [problem for problem in find_problems(read_claim(claim), at=timezone.now()) if problem.is_early]
    assert [(p.is_warning, says in p.message) for p in early] == ([(is_warning, True)] if says else [])


def test_a_right_of_ones_own_other_claim_is_named_with_its_number(member):
    first = ready_claim(member, lines=[patent_facts(1)])
    number = submit_claim(first, act=act(member), revision=first.revision, commitment=True).claim.number
    again = ready_claim(member, lines=[patent_facts(1)])
    assert any(number in p.message for p in find_problems(read_claim(again), at=timezone.now()) if p.is_early)
    stranger = ready_claim(make_member(), lines=[patent_facts(1)])
    found = [p.message for p in find_problems(read_claim(stranger), at=timezone.now()) if p.is_early]
    assert any("其他申报" in message for message in found)
    assert not any(number in message for message in found)


def test_correction_is_handed_in_after_the_close(member):
    claim = ready_claim(member)
    submit_at(claim, member, timezone.now())
    officer = make_official(Role.ACCEPTANCE, binhu())
    request_correction(Claim.objects.get(pk=claim.pk), act=act(officer), points=[PointAsked(1, "fees", "与票据不符")])
    reschedule(only_call(), closes=-DAY)
    claim = Claim.objects.get(pk=claim.pk)
    resubmit_claim(claim, act=act(member), revision=claim.revision, commitment=True)
    assert Claim.objects.get(pk=claim.pk).status == ClaimStatus.SUBMITTED


def test_draft_left_behind_goes_on_in_the_next_call_with_all_that_is_in_it(member):
    claim = ready_claim(member)
    old = only_call()
    reschedule(old, closes=-DAY)
    new = CallFactory(items=[claim.item])
    claim = Claim.objects.get(pk=claim.pk)
    situation = call_situation(claim, at=timezone.now())
    assert (situation.is_over, situation.others, situation.coming) == (True, [new], None)
    moved = move_to_call(claim, call=new, act=act(member))
    assert (moved.call, moved.revision) == (new, claim.revision + 1)
    assert AuditRecord.objects.filter(action="claim.moved", target_id=str(claim.pk)).exists()
    assert submit_at(moved, member, timezone.now()).claim.call == new


def test_draft_left_behind_is_told_of_the_call_to_come(member, item):
    claim = begin(member, item)
    reschedule(only_call(), closes=-DAY)
    coming = CallFactory(items=[item], opens_at=timezone.now() + DAY)
    situation = call_situation(Claim.objects.get(pk=claim.pk), at=timezone.now())
    assert (situation.is_over, situation.others, situation.coming) == (True, [], coming)


def test_draft_older_than_calls_needs_to_be_put_into_one(member):
    claim = ready_claim(member)
    Claim.objects.update(call=None)
    with pytest.raises(ClaimIncompleteError, match="还没有归入"):
        submit_at(claim, member, timezone.now())
    move_to_call(Claim.objects.get(pk=claim.pk), call=only_call(), act=act(member))
    assert submit_at(claim, member, timezone.now()).claim.call == only_call()


def test_only_a_draft_moves_and_only_to_an_open_call(member, item):
    draft = begin(member, item)
    closed = CallFactory(items=[item], closes_at=timezone.now())
    with pytest.raises(RefusedError):
        move_to_call(draft, call=closed, act=act(member))
    filed = ClaimFactory(applicant=draft.applicant, status=ClaimStatus.CORRECTION, version=draft.version)
    with pytest.raises(RefusedError, match="不能改到另一份"):
        move_to_call(filed, call=CallFactory(items=[item]), act=act(member))
    with pytest.raises(RefusedError):
        move_to_call(draft, call=CallFactory(items=[item]), act=act(make_member()))
    assert Claim.objects.get(pk=draft.pk).call == only_open(item)


def only_open(item):
    return Call.objects.get(number="测试通知", items__item=item)


def test_claim_in_an_open_call_asks_the_database_nothing_more(member, item, django_assert_num_queries):
    claim = Claim.objects.select_related("call").get(pk=begin(member, item).pk)
    with django_assert_num_queries(0):
        assert not call_situation(claim, at=timezone.now()).is_over


def test_claims_of_a_call_are_counted_by_item_without_drafts_and_withdrawn_ones():
    for status in (
        ClaimStatus.DRAFT,
        ClaimStatus.WITHDRAWN,
        ClaimStatus.SUBMITTED,
        ClaimStatus.REJECTED,
        ClaimStatus.PAID,
    ):
        claim = ClaimFactory(status=status)
    (row,) = claims_by_item(claim.call, [claim.item])
    assert (row.submitted, row.decided, str(row.amount)) == (3, 1, "5000.00")


# ---- pages ----------------------------------------------------------------------------------------
def test_page_of_a_new_claim_says_which_call_or_when(client, member, item):
    client.force_login(member)
    address = reverse("applications:new", args=[ITEM])
    call = only_call()
    page = client.get(address).content.decode()
    assert call.title in page
    assert "开始填写" in page
    reschedule(call, opens=DAY, closes=2 * DAY)
    page = client.get(address).content.decode()
    assert f"将于 {call.opens_words} 开放申报" in page
    assert "开始填写" not in page
    Call.objects.all().update(state=CallState.WITHDRAWN)
    assert "还没有开放该事项的申报通知" in client.get(address).content.decode()


def test_call_named_in_the_address_is_the_one_that_is_ticked(client, member, item):
    client.force_login(member)
    older = CallFactory(items=[item], facts_to=date(2021, 1, 1), title="旧事实的通知")
    response = client.get(reverse("applications:new", args=[ITEM]), {"call": str(older.key)})
    assert response.context["chosen_call"] == older
    posted = {"applicant": member.active_memberships[0].applicant_id, "call": older.pk, "key": str(uuid.uuid4())}
    client.post(reverse("applications:new", args=[ITEM]), posted)
    assert Claim.objects.get().call == older


def test_items_to_choose_from_tell_open_coming_and_not_announced_apart(client, member, item):
    client.force_login(member)
    call = only_call()
    loan = SupportItem.objects.get(code="wx2020-05-loan")
    call.items.exclude(item=item).delete()
    CallFactory(items=[loan], opens_at=timezone.now() + DAY)
    page = client.get(reverse("applications:new")).content.decode()
    assert page.count("正在申报</span>") == 1
    assert page.count("即将开放") == 1
    assert "还没有发布申报通知" in page
    call.items.all().delete()
    assert "现在没有正在申报的通知" in client.get(reverse("applications:new")).content.decode()


def test_draft_left_behind_offers_to_go_on_and_the_button_moves_it(client, member, item):
    client.force_login(member)
    claim = start(member)
    reschedule(only_call(), closes=-DAY)
    new = CallFactory(items=[item])
    for name in ("claim", "edit", "review"):
        page = client.get(reverse(f"applications:{name}", args=[claim.key])).content.decode()
        assert "草稿已为您保留" in page
        assert "转入这份通知继续申报" in page
    client.post(reverse("applications:move", args=[claim.key]), {"call": "x"})
    assert Claim.objects.get().call == claim.call
    client.post(reverse("applications:move", args=[claim.key]), {"call": str(new.key)})
    assert Claim.objects.get().call == new


def test_officials_of_the_city_read_what_is_used(client, settings, item):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = ClaimFactory(status=ClaimStatus.PAID)
    client.force_login(make_official(Role.FINANCE, wuxi()))
    page = client.get(reverse("applications:call_use", args=[claim.call.key])).content.decode()
    assert "这份通知没有设预算和名额上限" in page
    assert "5,000.00" in page
