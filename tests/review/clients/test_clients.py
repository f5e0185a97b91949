"""An agency's board, one sheet for many clients, and files for many claims."""

import io
import uuid
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.imports import build_template
from applications.intake.models import IncomingFile
from applications.intake.selectors.candidates import many_page
from applications.intake.services.opening import open_incoming
from applications.mandates.enums import MandateAction, Right
from applications.mandates.services import end_mandate
from policies.published.models import SupportItem
from policies.published.selectors import compiled_item
from portal.core.errors import RefusedError
from portal.core.sheet_reading import read_book, read_pasted_cells
from portal.jobs.models import Job
from review.clients.selectors import board, totals
from review.clients.sheets import CLIENT_HEAD_WORDS, split_by_client
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from tests.applications.intake.worlds import send
from tests.applications.mandates.worlds import give_mandate, make_agent
from tests.applications.worlds import patent_facts, publish, ready_claim
from tests.factories import ApplicantFactory, ClaimFactory, act, make_member, make_patent_no, publish_items
from tests.files import make_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


def shown(agent, **asked):
    now = timezone.now()
    return board(agent, now=now, on=timezone.localdate(now), **asked).rows


def test_the_board_counts_for_each_client_what_its_mandates_cover(django_assert_num_queries):
    agent = make_agent()
    draft = ClaimFactory(status=ClaimStatus.DRAFT)
    first, second = draft.applicant, ApplicantFactory(name="无锡第二科技有限公司")
    due = timezone.localdate() + timedelta(days=3)
    ClaimFactory(applicant=first, version=draft.version, status=ClaimStatus.CORRECTION, correction_due_on=due)
    approved = ClaimFactory(applicant=first, version=draft.version, status=ClaimStatus.APPROVED)
    ClaimFactory(applicant=first, version__item__code="wx2020-05-loan", status=ClaimStatus.DRAFT)
    ClaimFactory(applicant=second, version=draft.version, status=ClaimStatus.SUBMITTED)
    ClaimFactory(status=ClaimStatus.DRAFT)
    with transaction.atomic():
        named = {"year": 2026, "sequence": 1, "number": "1", "issued_on": timezone.localdate()}
        made = {"kind": NoticeKind.GRANT, "region": approved.city, "snapshot": {}, "rendered_at": timezone.now()}
        made |= {"sha256": "0" * 64, "size": 1}
        Notice.objects.create(claim=approved, **named, **made)
    mandate = give_mandate(first, agent, draft.item)
    give_mandate(second, agent, rights=(Right.FILL,))
    with django_assert_num_queries(4):
        rows = {row.client: row for row in shown(agent)}
    one, other = rows[first], rows[second]
    assert set(rows) == {first, second}
    assert (one.drafts, one.corrections, one.due_on, one.under_way, one.notices) == (1, 1, due, 0, 1)
    assert (one.closes_at, one.mandates) == (draft.call.closes_at, [mandate])
    assert (other.drafts, other.corrections, other.due_on, other.under_way, other.notices) == (0, 0, None, 1, 0)
    assert [row.client for row in shown(agent, waiting="corrections")] == [first]
    assert [row.client for row in shown(agent, search="第二")] == [second]
    type(mandate).objects.filter(pk=mandate.pk).update(may_read=False)
    assert shown(agent, waiting="notices") == []


def make_zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def filled_sheet(item, rows) -> bytes:
    """The item's template with rows of client and facts under the heads."""
    book = openpyxl.load_workbook(io.BytesIO(build_template(item, lead=CLIENT_HEAD_WORDS)))
    sheet = book.worksheets[0]
    heads = {str(cell.value).split("（")[0].rstrip("*"): cell.column for cell in sheet[1]}
    labels = {fact.label: fact.name for fact in item.facts}
    for at, (client, facts) in enumerate(rows, start=3):
        sheet.cell(at, 1, at - 2)
        sheet.cell(at, heads["委托人"], client)
        for head, column in heads.items():
            if (name := labels.get(head)) in facts:
                value = facts[name]
                sheet.cell(at, column, "发明" if value == "invention" else value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_one_sheet_makes_a_draft_for_each_client_or_names_the_row_that_does_not_fit(client):
    publish()
    item = SupportItem.objects.get(code="wx2020-01-inv")
    rules = compiled_item(item.versions.latest("number"))
    agent, (first, second) = make_agent(), (make_member().active_memberships[0].applicant for _ in range(2))
    for principal in (first, second):
        give_mandate(principal, agent, item, rights=(Right.FILL,))
    client.force_login(agent)
    page = reverse("clients:lines")
    assert client.get(reverse("clients:template", args=[item.code])).status_code == 200
    who = (first.name, second.uscc.lower(), first.name)
    rows = [(name, patent_facts(number, holders=first.name)) for number, name in enumerate(who, start=1)]

    def send(some, key):
        file = SimpleUploadedFile("多家.xlsx", filled_sheet(rules, some))
        return client.post(page, {"key": key, "item": item.code, "file": file})

    wrong = send([*rows, ("无锡没有委托有限公司", patent_facts(4)), ("", patent_facts(5))], uuid.uuid4())
    assert wrong.status_code == 422
    words = wrong.content.decode()
    assert "B6" in words
    assert "B7" in words
    assert "不在您可以为其申报这一事项的委托人之中" in words
    assert not Claim.objects.exists()
    key = uuid.uuid4()
    for _ in range(2):
        assert send(rows, key).status_code == 302
    drafts = {claim.applicant: claim for claim in Claim.objects.all()}
    assert {who: draft.lines.count() for who, draft in drafts.items()} == {first: 2, second: 1}
    assert [line.facts["patent_no"] for line in drafts[second].lines.all()] == [make_patent_no(2)]
    assert drafts[first].events.get().mandate.agency == agent.active_memberships[0].applicant


def test_a_sheet_without_the_column_of_clients_is_refused():
    with pytest.raises(RefusedError, match="委托人"):
        split_by_client(read_pasted_cells("专利号\t授权日\n1\t2"), [])


def test_an_agencys_own_sheet_is_taken_apart_with_clients_merged_over_their_rows():
    book = openpyxl.Workbook()
    for row in (["客户名称（全称）", "专利号"], ["甲 公司", "1"], [None, "2"], ["乙公司", "3"], ["制表人：张三", None]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    content = io.BytesIO()
    book.save(content)
    first, second = ApplicantFactory.build(pk=1, name="甲公司"), ApplicantFactory.build(pk=2, name="乙公司")
    parts = split_by_client(read_book(content.getvalue()), [first, second])
    assert parts.faults == []
    rows = {client: [row[2].text for row in sheets[0].rows.values()] for client, sheets in parts.sheets.items()}
    assert rows == {1: ["专利号", "1", "2"], 2: ["专利号", "3"]}


def test_files_go_to_the_claims_whose_numbers_they_name(client):
    agent = make_agent()
    first = ready_claim(make_member(), lines=[patent_facts(1)])
    second = ready_claim(make_member(), lines=[patent_facts(2)])
    foreign = ready_claim(make_member(), lines=[patent_facts(3)])
    for claim in (first, second):
        give_mandate(claim.applicant, agent)
    names = {number: f"{make_patent_no(number)} 证书.pdf" for number in (1, 2, 3)}
    pages = {number: make_pdf(text=f"p{number}") for number in names}
    both = f"{make_patent_no(1)}、{make_patent_no(2)}发票.pdf"
    archive = make_zip({names[2]: pages[2], names[3]: pages[3], both: make_pdf(text="p")})
    # Both ways lead to the same: in chunks, as the script sends, and whole, as without it.
    assert "正在分拣" in send(None, agent, names[1], pages[1])
    client.force_login(agent)
    page = reverse("clients:files")
    assert client.post(page, {"files": [SimpleUploadedFile("多家.zip", archive)]}).status_code == 302
    assert 'hx-trigger="every 2s"' in client.get(page).content.decode()
    for job in Job.objects.filter(kind="intake.open"):
        open_incoming(**job.payload)
        open_incoming(**job.payload)
    waiting = {claim.pk: {file.filename for file in claim.evidence.filter(requirement="")} for claim in (first, second)}
    assert waiting == {first.pk: {names[1], both}, second.pk: {names[2], both}}
    assert not foreign.evidence.filter(requirement="").exists()
    told = {upload.filename: (upload.taken, upload.told) for upload in IncomingFile.objects.all()}
    assert told[names[1]] == (1, [])
    assert told["多家.zip"][0] == 3
    [words] = told["多家.zip"][1]
    assert names[3] in words
    shown = client.get(page).content.decode()
    assert words.partition("“")[0] in shown
    assert [claim.pk for claim in many_page(agent).claims] == [second.pk, first.pk]
    assert shown.count("2 个文件未归位") == 2
    assert "every 2s" not in shown


def test_files_for_many_are_an_agencys_and_end_with_its_mandate():
    with pytest.raises(PermissionDenied):
        send(None, make_member(), "证书.pdf", make_pdf())
    agent = make_agent()
    claim = ready_claim(make_member(), lines=[patent_facts(1)])
    mandate = give_mandate(claim.applicant, agent)
    send(None, agent, f"{make_patent_no(1)}.pdf", make_pdf())
    end_mandate(mandate, MandateAction.REVOKE, act=act(mandate.asked_by))
    open_incoming(IncomingFile.objects.get().pk)
    assert "没有找到对应的号码" in IncomingFile.objects.get().told[0]
    assert not claim.evidence.filter(requirement="").exists()


def test_the_agencys_home_says_what_waits_for_its_clients(client):
    agent, version = make_agent(), publish_items("wx2020-01-inv")["wx2020-01-inv"]
    client.force_login(agent)
    assert "还没有委托人" in client.get("/").content.decode()
    due = timezone.localdate() + timedelta(days=3)
    claim = ClaimFactory(version=version, status=ClaimStatus.CORRECTION, correction_due_on=due)
    give_mandate(claim.applicant, agent)
    ClaimFactory(applicant=claim.applicant, version=version, status=ClaimStatus.DRAFT)
    ClaimFactory(version=version, status=ClaimStatus.DRAFT)
    found = totals(agent, now=timezone.now(), on=timezone.localdate())
    assert (found.clients, found.drafts, found.corrections, found.due_on, found.notices) == (1, 1, 1, due, 0)
    assert f"最早{due.month}月{due.day}日前提交" in client.get("/").content.decode()
    client.force_login(make_member())
    assert "委托人的草稿" not in client.get("/").content.decode()
