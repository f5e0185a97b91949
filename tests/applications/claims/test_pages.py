"""The applicant's pages: they work without a script, htmx gets its pieces, and nobody enters another's claim."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, Evidence
from applications.claims.selectors.conflicts import Typed
from applications.claims.services.corrections import PointAsked, request_correction
from applications.claims.services.drafts import add_lines
from applications.claims.services.submission import submit_claim
from portal.accounts.enums import Role
from portal.accounts.models import Membership
from tests.applications.claims.pages import controls, url, words
from tests.applications.worlds import PDF, patent_facts, publish, ready_claim, start
from tests.cpu import cpu_limit
from tests.factories import (
    ApplicantFactory,
    ClaimFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_patent_no,
)

pytestmark = pytest.mark.django_db
KEYED = ("claim", "edit", "review", "withdraw", "import", "template")


@pytest.fixture
def member():
    publish()
    return make_member()


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


def test_the_list_of_somebody_without_claims_says_what_to_do(own):
    html = own.get(url("claims")).content.decode()
    assert "还没有申报" in html
    assert reverse("applications:new") in html


def test_the_list_shows_own_claims_by_state_organisation_and_words(own, member):
    applicant = member.active_memberships[0].applicant
    draft = ClaimFactory(applicant=applicant, status=ClaimStatus.DRAFT, created_by=member)
    paid = ClaimFactory(applicant=applicant, status=ClaimStatus.PAID, created_by=member)
    foreign = ClaimFactory(status=ClaimStatus.PAID)
    html = own.get(url("claims")).content.decode()
    assert str(draft.key) in html
    assert str(paid.key) in html
    assert str(foreign.key) not in html
    todo = own.get(url("claims", state="todo")).content.decode()
    assert str(draft.key) in todo
    assert str(paid.key) not in todo
    found = own.get(url("claims", q=paid.number)).content.decode()
    assert str(paid.key) in found
    assert str(draft.key) not in found
    assert "没有符合条件的申报" in own.get(url("claims", q="没有这样的")).content.decode()


def test_the_list_is_paged_by_key(own, member):
    applicant = member.active_memberships[0].applicant
    for _ in range(25):
        ClaimFactory(applicant=applicant, created_by=member, lines=0)
    first = own.get(url("claims"))
    cursor = first.context["page"].next_cursor
    second = own.get(url("claims", after=cursor))
    keys = {c.key for c in first.context["page"].rows} | {c.key for c in second.context["page"].rows}
    assert len(keys) == 25
    assert second.context["page"].next_cursor == ""
    assert own.get(url("claims", after="nonsense")).status_code == 200


def test_the_list_asks_the_database_as_often_for_three_claims_as_for_one(own, member):
    applicant = member.active_memberships[0].applicant
    own.get(url("claims"))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            ClaimFactory(applicant=applicant, created_by=member)
        with CaptureQueriesContext(connection) as queries:
            own.get(url("claims"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_a_new_claim_offers_the_items_of_the_organisations_region(own):
    html = own.get(url("new")).content.decode()
    assert "发明专利授权奖补" in html
    assert reverse("applications:new", args=["wx2020-01-inv"]) in html


def test_items_are_found_by_words_and_only_those_the_organisation_may_claim(client):
    publish()
    client.force_login(make_member(ApplicantFactory(individual=True)))
    html = client.get(url("new")).content.decode()
    assert "发明专利授权奖补" in html
    assert "知识产权质押贷款贴息" not in html
    found = client.get(url("new", q="马德里")).content.decode()
    assert "马德里商标国际授权奖补" in found
    assert "发明专利授权奖补" not in found
    assert "没有找到这样的事项" in client.get(url("new", q="没有这样的")).content.decode()


def test_choosing_the_organisation_begins_a_draft_and_pressing_twice_begins_one(own, member):
    path = reverse("applications:new", args=["wx2020-01-inv"])
    key = own.get(path).context["key"]
    data = {"applicant": member.active_memberships[0].applicant_id, "key": str(key)}
    first, second = own.post(path, data), own.post(path, data)
    claim = Claim.objects.get()
    assert first["Location"] == second["Location"] == url("edit", claim)


def test_an_organisation_that_is_not_ones_own_cannot_be_chosen(own):
    other = ApplicantFactory()
    response = own.post(
        reverse("applications:new", args=["wx2020-01-inv"]), {"applicant": other.pk, "key": str(uuid.uuid4())}
    )
    assert response.status_code == 200
    assert not Claim.objects.exists()


def test_a_new_claim_says_what_the_profile_lacks_and_who_may_not(own, member):
    Membership.objects.create(user=member, applicant=ApplicantFactory(individual=True, cnaps_code=""))
    html = own.get(reverse("applications:new", args=["wx2020-05-loan"])).content.decode()
    assert "个人不能申报" in html
    html = own.get(reverse("applications:new", args=["wx2020-01-inv"])).content.decode()
    assert "资料还缺：联行号" in html


def test_a_claim_is_written_reviewed_and_submitted_without_a_script(own, member):
    claim = start(member)
    line = claim.lines.get()
    path = url("edit", claim)
    files = {
        f"file-l{line.pk}-certificate": SimpleUploadedFile("证书.pdf", PDF),
        f"file-l{line.pk}-fee_receipts": SimpleUploadedFile("票据.pdf", PDF + b"1"),
        "file-claim-commitment": SimpleUploadedFile("承诺.pdf", PDF + b"2"),
    }
    response = own.post(path, controls(claim, **patent_facts()) | {"action": "review"} | files)
    assert response["Location"] == url("review", claim)
    review = own.get(response["Location"])
    assert review.context["is_ready"]
    assert "5,000.00" in review.content.decode()
    claim.refresh_from_db()
    data = {"revision": claim.revision, "commitment": "on"}
    first = own.post(url("submit", claim), data)
    second = own.post(url("submit", claim), data)
    assert first["Location"] == second["Location"] == url("claim", claim)
    assert any("没有重复提交" in word for word in words(second))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED
    html = own.get(url("claim", claim)).content.decode()
    assert claim.number in html
    assert "无锡市滨湖区（受理）" in html


def test_what_cannot_be_read_is_shown_again_with_its_fault(own, member):
    claim = start(member)
    own.post(url("edit", claim), controls(claim, fees="五千", granted_on="去年"))
    html = own.get(url("edit", claim)).content.decode()
    assert 'value="五千"' in html
    assert 'value="去年"' in html
    assert "不是金额" in html


def test_a_submission_with_faults_lists_them_with_links_and_changes_nothing(own, member):
    claim = start(member)
    response = own.post(url("submit", claim), {"revision": claim.revision, "commitment": "on"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "请填写专利号" in html
    assert f"#slot-l{claim.lines.get().pk}-patent_no" in html
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DRAFT


def test_autosave_keeps_the_line_and_answers_with_amount_time_revision_and_faults(own, member):
    claim = start(member)
    line = claim.lines.get()
    data = controls(claim, fees="3000", patent_no="201710601862.4", granted_on="2021-05-10") | {"line": line.pk}
    html = own.post(url("autosave", claim), data, headers={"HX-Request": "true"}).content.decode()
    assert "已自动保存" in html
    assert "3,000.00" in html
    assert "校验位不符" in html
    assert 'id="revision" value="1"' in html
    line.refresh_from_db()
    assert line.facts["fees"] == "3000.00"


def test_a_field_among_a_hundred_lines_is_saved_in_a_moment(own, member):
    claim = start(member)
    add_lines(claim, act=act(member), rows=[patent_facts(number) for number in range(1, 101)])
    claim.refresh_from_db()
    page = claim.lines.order_by("position")[50:60]
    line = page[0]

    def save(fees):
        claim.refresh_from_db()
        shown = Typed({}, {one.pk: one.facts for one in page.all()}).as_text()
        sent = {"revision": claim.revision, "line": line.pk, f"l{line.pk}-fees": fees, "loaded": shown}
        return own.post(url("autosave", claim), sent)

    assert save("8001").status_code == 200
    with cpu_limit(0.15):
        save("8002")
    line.refresh_from_db()
    assert line.facts["fees"] == "8002.00"


def test_autosave_of_a_stale_page_saves_nothing_and_offers_to_compare(own, member):
    claim = start(member)
    own.post(url("edit", claim), controls(claim, fees="3000"))
    stale = controls(claim, fees="4000", holders="别人") | {"line": claim.lines.get().pk}
    assert "在别处有新的修改" in own.post(url("autosave", claim), stale).content.decode()
    response = own.post(url("edit", claim), stale)
    assert response.status_code == 409
    html = response.content.decode()
    assert "4,000.00 元" in html
    assert "3,000.00 元" in html
    assert claim.lines.get().facts["fees"] == "3000.00"


def test_the_conflict_is_settled_field_by_field(own, member):
    claim = start(member)
    own.post(url("edit", claim), controls(claim, fees="3000", holders="甲"))
    conflict = own.post(url("edit", claim), controls(claim, fees="4000", holders="乙"))
    line = claim.lines.get()
    claim.refresh_from_db()
    chosen = {f"use-{line.pk}-fees": "mine", f"use-{line.pk}-holders": "theirs"}
    mine = conflict.context["mine"]
    response = own.post(url("merge", claim), {"revision": claim.revision, "mine": mine} | chosen)
    assert response["Location"] == url("edit", claim)
    line.refresh_from_db()
    assert (line.facts["fees"], line.facts["holders"]) == ("4000.00", "甲")
    again = own.post(url("merge", claim), {"revision": 0, "mine": "{not json"})
    assert again.status_code == 302


def test_the_conflict_of_an_open_page_asks_only_about_both_and_keeps_the_rest(own, member):
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2)])
    first, second = claim.lines.order_by("position")
    page = own.get(url("edit", claim))
    sent = {"revision": claim.revision, "loaded": page.context["form"].loaded}
    unchanged = {f"l{line.pk}-{name}": line.facts[name] for line in (first, second) for name in ("fees", "holders")}
    own.post(url("edit", claim), sent | unchanged | {f"l{first.pk}-fees": "5001", f"l{second.pk}-fees": "5002"})
    mine = unchanged | {f"l{second.pk}-fees": "6000", f"l{second.pk}-holders": "丙"}
    stale = own.post(url("autosave", claim), sent | mine | {"line": second.pk})
    assert "在别处有新的修改" in stale.content.decode()
    conflict = own.post(url("edit", claim), sent | mine)
    html = conflict.content.decode()
    assert conflict.status_code == 409
    assert [d.line_id for d in conflict.context["conflict"].differences] == [second.pk]
    assert "checked" not in html
    carried = {name: conflict.context[name] for name in ("mine", "loaded")} | {"asked": f"use-{second.pk}-fees"}
    assert own.post(url("merge", claim), carried).status_code == 409
    own.post(url("merge", claim), carried | {f"use-{second.pk}-fees": "theirs"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.facts["fees"], second.facts["fees"], second.facts["holders"]) == ("5001.00", "5002.00", "丙")
    saved = own.post(url("autosave", claim), sent | mine | {f"l{second.pk}-fees": "8000", "line": second.pk})
    assert "别处也有修改" in saved.content.decode()


def test_lines_and_rows_are_added_and_removed_by_buttons(own, member):
    claim = start(member, item="wx2020-05-loan")
    line = claim.lines.get()
    own.post(url("edit", claim), controls(claim) | {"action": "add"})
    assert claim.lines.count() == 2
    claim.refresh_from_db()
    table, shown = f"l{line.pk}-interest_payments", 2
    for _ in range(3):
        pressed = {"action": f"rows:{table}", f"{table}-rows": shown}
        response = own.post(url("edit", claim), controls(claim) | pressed)
        html = own.get(response["Location"].partition("#")[0]).content.decode()
        assert f"{table}-{shown + 2}-paid_on" in html
        shown += 3
    own.post(url("edit", claim), controls(claim) | {"action": f"paste:{table}", f"{table}-pasted": "2021-06-20\t10"})
    assert claim.lines.first().facts["interest_payments"] == [{"paid_on": "2021-06-20", "amount": "10.00"}]
    claim.refresh_from_db()
    own.post(url("edit", claim), controls(claim) | {"action": f"remove:{line.pk}"})
    assert claim.lines.count() == 1


def test_many_lines_are_paged_and_a_page_saves_only_its_own(own, member):
    claim = ready_claim(member, lines=[patent_facts(n) for n in range(1, 13)])
    second = own.get(url("edit", claim, page=2))
    assert [block.number for block in second.context["form"].blocks] == [11, 12]
    eleventh = claim.lines.order_by("position")[10]
    own.post(url("edit", claim, page=2), {"revision": claim.revision, f"l{eleventh.pk}-fees": "1"})
    fees = [line.facts["fees"] for line in claim.lines.order_by("position")]
    assert fees == ["8000.00"] * 10 + ["1.00", "8000.00"]


def test_a_member_of_another_organisation_enters_no_page_and_changes_nothing(client, member):
    claim = ready_claim(member)
    before = {
        "claim": Claim.objects.values().get(pk=claim.pk),
        "lines": list(claim.lines.values()),
        "evidence": list(Evidence.objects.values()),
    }
    client.force_login(make_member())
    for name in KEYED:
        assert client.get(url(name, claim)).status_code == 404
    line = claim.lines.get()
    posts = {
        "edit": controls(claim, fees="1") | {"action": f"remove:{line.pk}"},
        "autosave": controls(claim, fees="1"),
        "merge": {"revision": claim.revision, "mine": "{}"},
        "upload": {"requirement": "certificate", "line": line.pk, "x": SimpleUploadedFile("a.pdf", PDF)},
        "reuse": {"source": str(claim.evidence.first().key)},
        "submit": {"revision": claim.revision, "commitment": "on"},
        "withdraw": {"reason": "x"},
        "import": {"pasted": "x"},
    }
    for name, data in posts.items():
        assert client.post(url(name, claim), data).status_code == 404
    after = {
        "claim": Claim.objects.values().get(pk=claim.pk),
        "lines": list(claim.lines.values()),
        "evidence": list(Evidence.objects.values()),
    }
    assert after == before


def test_an_official_has_no_business_on_these_pages(client, member):
    claim = ready_claim(member)
    client.force_login(make_official(Role.DISTRICT_FIRST, binhu()))
    for name in KEYED:
        assert client.get(url(name, claim)).status_code == 403


def test_a_defence_patent_is_ticked_and_its_line_empties(own, member):
    claim = ready_claim(member)
    line = claim.lines.get()
    data = controls(claim, **patent_facts()) | {"defence-asked": line.pk, "defence": line.pk}
    own.post(url("autosave", claim), data | {"line": line.pk, f"l{line.pk}-fees": "1"})
    line.refresh_from_db()
    assert line.facts["fees"] == "8000.00"
    own.post(url("edit", claim), data)
    html = own.get(url("edit", claim)).content.decode()
    assert "国防专利请线下办理" in html
    assert f'name="l{line.pk}-fees"' not in html
    assert make_patent_no(1) not in html


def test_a_correction_shows_its_points_at_their_places_and_opens_only_those(own, member):
    claim = ready_claim(member)
    submit_claim(claim, act=act(member), revision=claim.revision, commitment=True)
    officer = make_official(Role.ACCEPTANCE, binhu())
    request_correction(claim, act=act(officer), points=[PointAsked(1, "fees", "与发票不符")])
    line = claim.lines.get()
    assert "与发票不符" in own.get(url("claim", claim)).content.decode()
    form = own.get(url("edit", claim)).context["form"].blocks[0].form
    assert "disabled" not in form.render_fact("fees")
    assert "与发票不符" in form.render_fact("fees")
    assert "disabled" in form.render_fact("holders")
    claim.refresh_from_db()
    data = {"revision": claim.revision, f"l{line.pk}-fees": "100", f"l{line.pk}-holders": "别人", "action": "review"}
    assert own.post(url("edit", claim), data)["Location"] == url("review", claim)
    assert "与发票不符" in own.get(url("review", claim)).content.decode()
    claim.refresh_from_db()
    own.post(url("submit", claim), {"revision": claim.revision, "commitment": "on"})
    claim.refresh_from_db()
    line.refresh_from_db()
    unchanged = claim.applicant.name
    assert (claim.status, line.facts["fees"], line.facts["holders"]) == (ClaimStatus.SUBMITTED, "100.00", unchanged)


def test_withdrawing_asks_for_the_reason_and_a_finished_claim_cannot_be(own, member):
    claim = ready_claim(member)
    assert "请写明撤回理由" in own.post(url("withdraw", claim), {"reason": ""}).content.decode()
    own.post(url("withdraw", claim), {"reason": "不需要了"})
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.WITHDRAWN
    assert own.get(url("withdraw", claim))["Location"] == url("claim", claim)
    assert own.get(url("edit", claim))["Location"] == url("claim", claim)
