"""The register: recorded once, the same thing twice refused, removal on record, sheets all or nothing."""

import io
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from applications.claims.enums import ClaimStatus
from applications.claims.models import ClaimLine
from applications.rights.models import Right
from applications.rights.selectors import holdings_of, right_kinds
from applications.rights.services import change_right, record_many, record_right, remove_right
from policies.finder.selectors import published_items
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from tests.applications.worlds import publish
from tests.factories import ApplicantFactory, ClaimFactory, act, make_member, make_patent_no

pytestmark = pytest.mark.django_db
PATENT = make_patent_no(1)


@pytest.fixture
def member():
    publish()
    return make_member(ApplicantFactory())


@pytest.fixture
def applicant(member):
    return member.memberships.get().applicant


def kind(code: str = "patent"):
    return right_kinds()[code]


def patent(**facts) -> dict[str, str]:
    return {"patent_no": PATENT, "granted_on": "2025-05-10", "patent_kind": "invention", "fees": "6200"} | facts


def record(applicant, member, code: str = "patent", *, item_code: str = "", key=None, **facts) -> Right:
    key = key or uuid.uuid4()
    values = patent(**facts) if code == "patent" else facts
    return record_right(applicant, event=kind(code), facts=values, key=key, item_code=item_code, act=act(member))


def posted(**facts) -> dict[str, str]:
    return {f"right-{name}": value for name, value in facts.items()}


# ---- one record -----------------------------------------------------------------------------------
def test_a_record_keeps_the_facts_in_normal_form(applicant, member):
    right = record(applicant, member, patent_no=f"ZL {PATENT.replace('.', '')}", fees="6,200 元")
    assert right.facts == {
        "patent_no": PATENT,
        "granted_on": "2025-05-10",
        "patent_kind": "invention",
        "fees": "6200.00",
    }
    assert right.subject_key == PATENT.replace(".", "")
    assert AuditRecord.objects.filter(action="rights.record").count() == 1


def test_a_patents_kind_need_not_be_stated_the_number_tells(applicant, member):
    assert record(applicant, member, patent_kind="").facts["patent_kind"] == "invention"
    design = make_patent_no(2, kind=3)
    assert record(applicant, member, patent_no=design, patent_kind="").facts["patent_kind"] == "design"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"patent_no": ""}, "专利号：请填写"),
        ({"patent_no": "201710601862.9"}, "校验位"),
        ({"granted_on": ""}, "授权公告日：请填写"),
        ({"fees": "-1"}, "费用合计：金额不能是负数"),
        ({"patent_kind": "design"}, "从号码看这是发明专利"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_name_and_the_remedy(applicant, member, facts, words):
    with pytest.raises(RefusedError, match=words):
        record(applicant, member, **facts)
    assert not Right.objects.exists()


def test_the_same_right_is_recorded_once_however_it_is_written(applicant, member):
    record(applicant, member)
    with pytest.raises(RefusedError, match="专利号已经登记过"):
        record(applicant, member, patent_no=f"zl{PATENT.replace('.', '')}")
    assert Right.objects.count() == 1
    other = make_member(ApplicantFactory())
    record(other.memberships.get().applicant, other)  # another body's register is its own


def test_each_fee_year_of_a_patent_is_a_record_of_its_own(applicant, member):
    for year in ("7", "8"):
        record(applicant, member, "annual-fee", patent_no=PATENT, fee_year=year, paid_on="2025-03-01", fees="2000")
    with pytest.raises(RefusedError, match="已经登记过"):
        record(applicant, member, "annual-fee", patent_no=PATENT, fee_year="8", paid_on="2025-03-02")


def test_a_double_click_makes_one_record(applicant, member):
    key = uuid.uuid4()
    assert record(applicant, member, key=key) == record(applicant, member, key=key)
    assert Right.objects.count() == 1


def test_nobody_records_changes_or_removes_for_others(applicant, member):
    right, stranger = record(applicant, member), make_member(ApplicantFactory())
    with pytest.raises(RefusedError, match="所属单位"):
        record(applicant, stranger, patent_no=make_patent_no(2))
    with pytest.raises(RefusedError, match="所属单位"):
        change_right(right, event=kind(), facts=patent(fees="1"), revision=0, act=act(stranger))
    with pytest.raises(RefusedError, match="所属单位"):
        remove_right(right, reason="x", act=act(stranger))
    right.refresh_from_db()
    assert (right.facts["fees"], right.removed_at) == ("6200.00", None)


def test_a_stale_page_overwrites_nothing_and_the_same_content_is_no_change(applicant, member):
    right = record(applicant, member)
    change_right(right, event=kind(), facts=patent(fees="7000"), revision=0, act=act(member))
    with pytest.raises(StaleStateError):
        change_right(right, event=kind(), facts=patent(fees="1"), revision=0, act=act(member))
    same = change_right(right, event=kind(), facts=patent(fees="7000"), revision=0, act=act(member))
    assert (same.revision, same.facts["fees"]) == (1, "7000.00")


def test_a_removed_record_stays_with_reason_and_makes_room_for_a_new_one(applicant, member):
    right = record(applicant, member)
    remove_right(right, reason="专利已转让", act=act(member))
    remove_right(right, reason="再点一次", act=act(member))
    right.refresh_from_db()
    assert (right.removal_reason, right.removed_by) == ("专利已转让", member)
    assert AuditRecord.objects.filter(action="rights.remove").count() == 1
    record(applicant, member)
    with pytest.raises(RefusedError, match="已被移除"):
        change_right(right, event=kind(), facts=patent(), revision=0, act=act(member))


def test_what_was_recorded_in_one_go_is_taken_off_in_one_go_and_nothing_else(applicant, member, client):
    alone = record(applicant, member)
    rows = [(kind(), patent(patent_no=make_patent_no(n)), "") for n in (2, 3, 4)]
    record_many(applicant, rows=rows, act=act(member))
    one, *others = Right.objects.exclude(pk=alone.pk)
    client.force_login(member)
    assert "一并移除" not in client.get(reverse("rights:remove", args=[alone.key])).content.decode()
    remove = reverse("rights:remove", args=[one.key])
    assert "同一次登记的 3 项一并移除" in client.get(remove).content.decode()
    client.post(remove, {"reason": "导入有误", "together": "on"})
    assert list(Right.objects.held()) == [alone]
    assert {row.removal_reason for row in Right.objects.exclude(pk=alone.pk)} == {"导入有误"}
    assert remove_right(others[0], reason="再点一次", act=act(member), together=True) == 0
    assert AuditRecord.objects.get(action="rights.remove_many").after["count"] == 3


def test_the_database_itself_refuses_a_second_record_and_a_removal_without_reason(applicant, member):
    right = record(applicant, member)
    copy = {"applicant": applicant, "kind": right.kind, "subject_key": right.subject_key, "recorded_by": member}
    with pytest.raises(IntegrityError), transaction.atomic():
        Right.objects.create(**copy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Right.objects.filter(pk=right.pk).update(removed_at=right.recorded_at)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_record_one_right_once(applicant, member):
    def try_it(_number: int) -> bool:
        try:
            record(applicant, member)
        except RefusedError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(try_it, range(4)))
    assert outcomes.count(True) == 1
    assert Right.objects.count() == 1


# ---- several --------------------------------------------------------------------------------------
def test_many_are_recorded_all_or_none_and_known_ones_left_as_they_are(applicant, member):
    record(applicant, member)
    rows = [(kind(), patent(patent_no=make_patent_no(n), fees="1"), "") for n in (1, 2, 3, 3)]
    recorded = record_many(applicant, rows=rows, act=act(member))
    assert (recorded.new, recorded.known) == (2, 2)
    assert Right.objects.get(facts__patent_no=PATENT).facts["fees"] == "6200.00"
    late = [(kind(), patent(patent_no=make_patent_no(n), granted_on=day), "") for n, day in ((8, "2025-1-1"), (9, ""))]
    with pytest.raises(RefusedError, match=r"第 2 行：授权公告日"):
        record_many(applicant, rows=late, act=act(member))
    assert Right.objects.count() == 3


def test_a_filled_template_is_taken_over_and_a_wrong_cell_takes_nothing(applicant, member, client):
    client.force_login(member)
    book = load_workbook(io.BytesIO(client.get(reverse("rights:template", args=["patent"])).content))
    sheet = book["明细"]
    heads = {str(cell.value).split("（")[0].rstrip("*"): cell.column for cell in sheet[1]}

    def send(rows):
        for number, row in enumerate(rows, start=3):
            for head, value in row.items():
                sheet.cell(number, heads[head], value)
        target = io.BytesIO()
        book.save(target)
        file = SimpleUploadedFile("a.xlsx", target.getvalue())
        return client.post(reverse("rights:import", args=["patent"]), {"file": file, "applicant": applicant.pk})

    good = [{"专利号": make_patent_no(n), "授权公告日": "2025-05-10", "费用合计": 6200} for n in (1, 2)]
    bad = send([good[0], good[1] | {"费用合计": "六千"}])
    assert bad.status_code == 422
    assert "“六千”不是金额" in bad.content.decode()
    assert not Right.objects.exists()
    assert send(good).status_code == 302
    assert {right.facts["fees"] for right in Right.objects.all()} == {"6200.00"}


def test_pasted_cells_are_taken_over_too(applicant, member, client):
    client.force_login(member)
    text = f"专利号\t授权公告日\n{PATENT}\t2025/5/10\n"
    response = client.post(reverse("rights:import", args=["patent"]), {"pasted": text, "applicant": applicant.pk})
    assert response.status_code == 302
    assert Right.objects.get().facts["granted_on"] == "2025-05-10"


def test_a_sheet_for_somebody_elses_body_is_refused(member, client):
    client.force_login(member)
    text = f"专利号\t授权公告日\n{PATENT}\t2025-05-10\n"
    other = ApplicantFactory()
    response = client.post(reverse("rights:import", args=["patent"]), {"pasted": text, "applicant": other.pk})
    assert response.status_code == 422
    assert not Right.objects.exists()


# ---- what claims state already --------------------------------------------------------------------
def test_submitted_lines_count_as_held_once_and_drafts_and_defence_lines_do_not(applicant, member):
    items = published_items()
    version = next(entry for entry in items if entry.item.code == "wx2020-01-inv").versions[-1]
    claim = ClaimFactory(applicant=applicant, version=version, created_by=member)
    ClaimFactory(applicant=applicant, version=version, created_by=member, status=ClaimStatus.DRAFT)
    ClaimLine.objects.create(claim=claim, position=2, is_defence=True)
    held = holdings_of([applicant.pk], right_kinds(items), items)
    (holding,) = held.unrecorded
    assert (holding.kind, holding.claim_number) == ("patent", claim.number)
    record(applicant, member, patent_no=holding.facts["patent_no"])
    again = holdings_of([applicant.pk], right_kinds(items), items)
    assert again.unrecorded == []
    assert len(again.held) == 1


def test_what_claims_state_is_recorded_with_one_button_and_only_once(applicant, member, client):
    version = next(entry for entry in published_items() if entry.item.code == "wx2020-01-inv").versions[-1]
    claim = ClaimFactory(applicant=applicant, version=version, created_by=member, lines=2)
    client.force_login(member)
    page = client.get(reverse("rights:list")).content.decode()
    assert "2 项还没有登记" in page
    assert claim.number in page
    for _ in range(2):
        assert client.post(reverse("rights:adopt"), {"applicant": applicant.pk}).status_code == 302
    assert Right.objects.count() == 2
    assert "还没有登记" not in client.get(reverse("rights:list")).content.decode()


# ---- pages ----------------------------------------------------------------------------------------
def test_a_record_is_made_changed_and_removed_in_the_browser(applicant, member, client):
    client.force_login(member)
    assert "取得中国专利授权" in client.get(reverse("rights:choose")).content.decode()
    address = reverse("rights:new", args=["patent"])
    whose = {"applicant": applicant.pk, "key": uuid.uuid4()}
    assert client.post(address, whose | posted(**patent())).status_code == 302
    right = Right.objects.get()
    edit = reverse("rights:edit", args=[right.key])
    assert 'value="6200.00"' in client.get(edit).content.decode()
    assert client.post(edit, whose | posted(**patent(fees="7000")) | {"revision": "0"}).status_code == 302
    right.refresh_from_db()
    assert right.facts["fees"] == "7000.00"
    remove = reverse("rights:remove", args=[right.key])
    assert "请写明移除理由" in client.post(remove, {}).content.decode()
    assert client.post(remove, {"reason": "登记有误"}).status_code == 302
    assert "台账还是空的" in client.get(reverse("rights:list")).content.decode()


def test_what_is_wrong_is_shown_beside_what_was_typed(applicant, member, client):
    client.force_login(member)
    whose = {"applicant": applicant.pk, "key": uuid.uuid4()}
    response = client.post(reverse("rights:new", args=["patent"]), whose | posted(patent_no="123", fees="很多"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "请填写授权公告日" in page
    assert 'value="很多"' in page
    assert page.index('role="alert" tabindex="-1" autofocus') < page.index("授权公告日</a>：请填写授权公告日")
    assert not Right.objects.exists()


def test_a_stale_edit_says_so_and_keeps_what_was_typed(applicant, member, client):
    right = record(applicant, member)
    change_right(right, event=kind(), facts=patent(fees="7000"), revision=0, act=act(member))
    client.force_login(member)
    data = {"applicant": applicant.pk, "key": right.key, "revision": "0"} | posted(**patent(fees="8000"))
    response = client.post(reverse("rights:edit", args=[right.key]), data)
    assert "刚被别人修改过" in response.content.decode()
    assert 'value="8000.00"' in response.content.decode()
    right.refresh_from_db()
    assert right.facts["fees"] == "7000.00"


def test_a_defence_patent_is_not_kept_in_any_form(applicant, member, client):
    client.force_login(member)
    data = {"applicant": applicant.pk, "key": uuid.uuid4(), "defence": "1"} | posted(**patent(invention_title="秘密"))
    response = client.post(reverse("rights:new", args=["patent"]), data)
    assert response.status_code == 422
    assert "国防专利不能在互联网平台登记" in response.content.decode()
    assert "秘密" not in response.content.decode()
    assert not Right.objects.exists()
    loan = client.get(reverse("rights:new", args=["loan"])).content.decode()
    assert "国防专利" not in loan


def test_more_rows_of_interest_keep_what_was_typed(applicant, member, client):
    client.force_login(member)
    data = {"applicant": applicant.pk, "key": uuid.uuid4(), "action": "rows:right-interest_payments"}
    data |= {"right-interest_payments-0-paid_on": "2025-01-05", "right-interest_payments-0-amount": "100"}
    page = client.post(reverse("rights:new", args=["loan"]), data).content.decode()
    assert 'name="right-interest_payments-3-amount"' in page
    assert 'value="2025-01-05"' in page
    assert "请填写" not in page


def test_a_title_says_which_one_it_is_and_without_it_the_list_reminds(applicant, member, client):
    client.force_login(member)
    facts = {"gi_no": "GI2025001", "registered_on": "2025-02-02"}
    data = {"applicant": applicant.pk, "key": uuid.uuid4()} | posted(**facts)
    client.post(reverse("rights:new", args=["gi"]), data)
    assert "没有说明是哪一项" in client.get(reverse("rights:list")).content.decode()
    right = Right.objects.get()
    edit = data | {"which": "wx2020-15-gi", "revision": "0"}
    client.post(reverse("rights:edit", args=[right.key]), edit)
    right.refresh_from_db()
    assert right.item_code == "wx2020-15-gi"


def test_the_list_is_filtered_searched_and_paged_at_a_steady_cost(applicant, member, client, django_assert_num_queries):
    client.force_login(member)
    rows = [(kind(), patent(patent_no=make_patent_no(n)), "") for n in range(1, 36)]
    record_many(applicant, rows=rows, act=act(member))
    record(applicant, member, "insurance", policy_no="BD2025001", signed_on="2025-01-01", premium="1")
    first = client.get(reverse("rights:list"))
    assert "下一页" in first.content.decode()
    cursor = first.context["page"].next_cursor
    assert len(client.get(reverse("rights:list"), {"after": cursor}).context["page"].rows) == 6
    found = client.get(reverse("rights:list"), {"kind": "insurance"}).content.decode()
    assert "BD2025001" in found
    assert "下一页" not in found
    searched = client.get(reverse("rights:list"), {"q": make_patent_no(7)}).context["page"].rows
    assert [row.right.facts["patent_no"] for row in searched] == [make_patent_no(7)]
    costs = []
    for _ in range(2):
        with django_assert_num_queries(9) as queries:
            client.get(reverse("rights:list"))
        costs.append(len(queries))
        Right.objects.filter(kind="patent").last().delete()
    assert costs[0] == costs[1]


def test_a_kind_that_is_not_there_is_not_found(member, client):
    client.force_login(member)
    for name in ("new", "template", "import"):
        assert client.get(reverse(f"rights:{name}", args=["nothing"])).status_code == 404
