"""Writing a draft: what is typed survives, stale pages overwrite nothing, limits hold."""

import uuid

import pytest

from applications.claims.models import Claim
from applications.claims.selectors.conflicts import find_conflict, name_page
from applications.claims.selectors.problems import MAX_LINES
from applications.claims.services.drafts import Typed, add_lines, remove_line, save_draft, start_claim
from applications.claims.services.evidence import add_evidence
from policies.published.models import SupportItem
from portal.core.errors import RefusedError, StaleStateError
from tests.applications.worlds import file_of, loan_facts, patent_facts, publish, start
from tests.factories import ApplicantFactory, act, make_member, make_patent_no, make_region, suzhou

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    publish()
    return make_member()


@pytest.fixture
def claim(member):
    return start(member)


def save(claim, member, facts, *, revision=None):
    line = claim.lines.order_by("position").first()
    number = claim.revision if revision is None else revision
    return save_draft(claim, act=act(member), revision=number, typed=Typed({}, {line.pk: facts}))


def test_a_draft_begins_with_one_empty_line_and_the_same_key_begins_it_once(member):
    item = SupportItem.objects.select_related("document__region").get(code="wx2020-01-inv")
    applicant = member.active_memberships[0].applicant
    key = uuid.uuid4()
    first = start_claim(applicant, item=item, key=key, act=act(member))
    assert start_claim(applicant, item=item, key=key, act=act(member)) == first
    assert Claim.objects.count() == 1
    assert first.lines.count() == 1


def test_only_members_begin_and_only_where_the_document_reaches(member):
    item = SupportItem.objects.get(code="wx2020-01-inv")
    with pytest.raises(RefusedError, match="只能为您所属的单位"):
        start_claim(ApplicantFactory(), item=item, key=uuid.uuid4(), act=act(member))
    far = make_member(ApplicantFactory(region=make_region("320506", "吴中区", "district", suzhou())))
    with pytest.raises(RefusedError, match="注册地不在其中"):
        start(far)
    SupportItem.objects.filter(pk=item.pk).update(claimable=False)
    with pytest.raises(RefusedError, match="不接受申报"):
        start(member)
    assert not Claim.objects.exists()


def test_what_is_typed_is_kept_in_normal_form_or_as_typed_where_it_is_wrong(claim, member):
    save(claim, member, patent_facts(patent_no=f"ZL {make_patent_no(1)}", fees="五千", granted_on="去年"))
    line = claim.lines.get()
    assert line.facts["patent_no"] == make_patent_no(1)
    assert line.subject_key == make_patent_no(1).replace(".", "")
    assert line.facts["fees"] == "五千"
    assert line.facts["granted_on"] == "去年"


def test_a_wrong_number_is_no_right_yet(claim, member):
    save(claim, member, patent_facts(patent_no="201710601862.4"))
    assert claim.lines.get().subject_key == ""


def test_what_a_page_does_not_send_is_not_touched(claim, member):
    save(claim, member, patent_facts())
    claim.refresh_from_db()
    save(claim, member, {"fees": "10"})
    line = claim.lines.get()
    assert line.facts["fees"] == "10.00"
    assert line.facts["patent_no"] == make_patent_no(1)


def test_emptying_a_control_empties_the_fact(claim, member):
    save(claim, member, patent_facts())
    claim.refresh_from_db()
    save(claim, member, {"fees": " "})
    assert "fees" not in claim.lines.get().facts


def test_every_change_counts_and_saving_the_same_again_does_not(claim, member):
    assert save(claim, member, patent_facts()).revision == 1
    claim.refresh_from_db()
    assert save(claim, member, patent_facts()).revision == 1


def test_a_stale_page_overwrites_nothing_and_both_versions_are_compared(claim, member):
    save(claim, member, patent_facts())
    with pytest.raises(StaleStateError) as caught:
        save(claim, member, patent_facts(fees="7000"), revision=0)
    assert claim.lines.get().facts["fees"] == "8000.00"
    conflict = find_conflict(caught.value.current, caught.value.current.lines.all(), caught.value.attempted)
    assert [(d.name, d.mine, d.theirs) for d in conflict.differences] == [("fees", ["7,000.00 元"], ["8,000.00 元"])]


LOADED = {"fees": "8000.00", "granted_on": "2021-05-10", "holders": "甲"}


@pytest.mark.parametrize(
    ("mine", "theirs", "saved", "asked"),
    [
        ({}, {"fees": "5001"}, {"fees": "5001.00"}, []),
        ({"holders": "乙"}, {"fees": "5001"}, {"fees": "5001.00", "holders": "乙"}, []),
        ({"fees": "5001.00"}, {"fees": "5,001"}, {"fees": "5001.00"}, []),
        ({"fees": ""}, {"holders": ""}, {"fees": None, "holders": None}, []),
        ({"fees": "7000", "holders": "乙"}, {"fees": "5001"}, {"fees": "5001.00", "holders": "甲"}, ["fees"]),
        ({"fees": "7000"}, {"fees": ""}, {"fees": None}, ["fees"]),
    ],
)
def test_a_page_is_asked_only_about_what_both_changed(claim, member, mine, theirs, saved, asked):  # noqa: PLR0917
    line = claim.lines.get()
    save(claim, member, LOADED)
    loaded = Typed({}, {line.pk: LOADED})
    claim.refresh_from_db()
    save(claim, member, theirs)
    claim.refresh_from_db()
    # Autosave of the page took the revision along: what the page was loaded with counts alone.
    revision = claim.revision
    page = Typed({}, {line.pk: LOADED | mine}, loaded=loaded)
    if asked:
        with pytest.raises(StaleStateError) as caught:
            save_draft(claim, act=act(member), revision=revision, typed=page)
        assert [d.name for d in find_conflict(claim, claim.lines.all(), caught.value.attempted).differences] == asked
    else:
        save_draft(claim, act=act(member), revision=revision, typed=page)
    facts = claim.lines.get().facts
    assert {name: facts.get(name) for name in saved} == saved


def test_a_page_whose_answers_were_lost_is_not_asked_about_its_own_earlier_values(claim, member):
    line = claim.lines.get()
    save(claim, member, LOADED)
    claim.refresh_from_db()
    page = name_page(claim)
    opened = claim.revision

    def from_page(fees):
        typed = Typed({}, {line.pk: LOADED | {"fees": fees}}, loaded=Typed({}, {line.pk: LOADED}), page=page)
        save_draft(claim, act=act(member), revision=opened, typed=typed)
        return claim.lines.get().facts["fees"]

    # The last goes back to what the page was loaded with: that is a change, too.
    assert [from_page(fees) for fees in ("7000", "7001", "8000")] == ["7000.00", "7001.00", "8000.00"]
    claim.refresh_from_db()
    save(claim, member, {"fees": "5001"})
    with pytest.raises(StaleStateError):
        from_page("9000")
    assert claim.lines.get().facts["fees"] == "5001.00"


def test_a_page_opened_before_somebody_elses_save_never_counts_as_the_only_one(claim, member):
    line = claim.lines.get()
    save(claim, member, LOADED)
    claim.refresh_from_db()
    page, opened = name_page(claim), claim.revision
    save(claim, member, {"holders": "乙"})
    for fees in ("7000", "7001"):
        claim.refresh_from_db()
        loaded = Typed({}, {line.pk: LOADED | {"fees": claim.lines.get().facts["fees"]}})
        typed = Typed({}, {line.pk: LOADED | {"fees": fees}}, loaded=loaded, page=page)
        save_draft(claim, act=act(member), revision=opened, typed=typed)
    assert claim.lines.get().facts["holders"] == "乙"


def test_what_was_typed_into_a_line_that_is_gone_is_shown(claim, member):
    gone = add_lines(claim, act=act(member), rows=[patent_facts(2)])[0]
    page = Typed({}, {gone.pk: {"fees": "77"}}, loaded=Typed({}, {gone.pk: {"fees": "8000"}}))
    remove_line(claim, act=act(member), line_id=gone.pk)
    with pytest.raises(StaleStateError) as caught:
        save_draft(claim, act=act(member), revision=0, typed=page)
    assert "77.00 元" in find_conflict(claim, claim.lines.all(), caught.value.attempted).gone[0]
    save_draft(claim, act=act(member), revision=0, typed=Typed({}, page.loaded.lines, loaded=page.loaded))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"claim": 1, "lines": {}, "defence": []}', "[" * 5000])
def test_a_damaged_copy_of_what_was_loaded_counts_for_none(text):
    assert Typed.from_text(text) is None


def test_a_stale_page_that_says_the_same_is_no_conflict(claim, member):
    save(claim, member, patent_facts())
    assert save(claim, member, patent_facts(), revision=0).revision == 1


def test_rows_inside_a_line_are_kept_without_their_empty_ones(member):
    claim = start(member, item="wx2020-05-loan")
    rows = [{"paid_on": "", "amount": ""}, {"paid_on": "2021/6/20", "amount": "1,000"}]
    save(claim, member, loan_facts(interest_payments=rows))
    assert claim.lines.get().facts["interest_payments"] == [{"paid_on": "2021-06-20", "amount": "1000.00"}]


def test_lines_are_added_and_removed_and_stay_numbered_without_gaps(claim, member):
    add_lines(claim, act=act(member), rows=[{}, patent_facts(2), patent_facts(3)])
    lines = list(claim.lines.order_by("position"))
    remove_line(claim, act=act(member), line_id=lines[1].pk)
    remove_line(claim, act=act(member), line_id=lines[1].pk)
    assert list(claim.lines.order_by("position").values_list("position", flat=True)) == [1, 2]


def test_an_empty_first_line_gives_way_to_what_is_imported(claim, member):
    add_lines(claim, act=act(member), rows=[patent_facts(2), patent_facts(3)])
    assert list(claim.lines.order_by("position").values_list("position", flat=True)) == [1, 2]


def test_a_claim_holds_so_many_lines_and_not_one_more(claim, member):
    add_lines(claim, act=act(member), rows=[{}] * (MAX_LINES - 1))
    with pytest.raises(RefusedError, match="最多 200 项"):
        add_lines(claim, act=act(member), rows=[{}])
    assert claim.lines.count() == MAX_LINES


def test_removing_a_line_takes_its_files_off(claim, member):
    line = claim.lines.get()
    evidence = add_evidence(claim, act=act(member), requirement="certificate", line_id=line.pk, upload=file_of())
    remove_line(claim, act=act(member), line_id=line.pk)
    evidence.refresh_from_db()
    assert evidence.removed_at is not None
    assert evidence.line is None


def test_a_stranger_saves_nothing(claim, member):
    with pytest.raises(RefusedError, match="只有申报单位的成员"):
        save(claim, make_member(), patent_facts())
    assert claim.lines.get().facts == {}


def test_unticking_defence_opens_the_line_again(claim, member):
    line = claim.lines.get()
    save_draft(claim, act=act(member), revision=0, typed=Typed({}, {line.pk: patent_facts()}, defence={line.pk}))
    claim.refresh_from_db()
    save_draft(claim, act=act(member), revision=1, typed=Typed({}, {line.pk: patent_facts()}, defence=set()))
    line.refresh_from_db()
    assert not line.is_defence
    assert line.subject_key
