"""Files that wait are put into one place or many, joined, taken out, and never lost."""

import io

import pikepdf
import pytest
from django.urls import reverse
from PIL import Image

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, CorrectionPoint, StoredFile
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.problems import find_problems
from applications.claims.services.drafts import Typed, save_draft
from applications.claims.services.placing import take_out
from applications.intake.models import FileText
from applications.intake.selectors.waiting import files_page
from applications.intake.services.placing import Placing, place_files, read_places
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from tests.applications.claims.pages import words
from tests.applications.intake.worlds import draft_of_patents, paper, send
from tests.factories import act
from tests.files import make_image, make_pdf

pytestmark = pytest.mark.django_db


def confirm(claim, member):
    """Press the button that puts everything where it was proposed."""
    chosen = {
        one.evidence: Placing(one.proposal.requirement, one.lines)
        for one in files_page(claim, claim.created_by).waiting
        if one.is_matched
    }
    return place_files(claim, act=act(member), chosen=chosen)


def places(claim):
    """Line and requirement of every file that stands; line 0 is none."""
    standing = claim.evidence.filter(removed_at=None).values_list("line__position", "requirement")
    return sorted((position or 0, requirement) for position, requirement in standing)


def waiting(claim):
    return claim.evidence.get(requirement="", removed_at=None)


def test_files_find_their_lines_and_one_file_stands_for_many():
    claim, member = draft_of_patents(3)
    for number in (1, 2, 3):
        send(claim, member, *paper(number, "证书"))
    numbers = "、".join(line.facts["patent_no"] for line in claim.lines.all())
    send(claim, member, f"{numbers} 汇总发票.pdf", make_pdf(text="merged"))
    send(claim, member, "别的.pdf", make_pdf(text="other"))
    page = files_page(claim, claim.created_by)
    assert [one.lines for one in page.waiting] == ["1", "2", "3", "1-3", ""]
    assert confirm(claim, member).count == 4
    assert places(claim) == [(0, ""), *((n, paper) for n in (1, 2, 3) for paper in ("certificate", "fee_receipts"))]
    assert StoredFile.objects.count() == 5
    assert FileText.objects.count() == 1
    page = files_page(claim, claim.created_by)
    assert [(paper.there, list(paper.missing)) for paper in page.papers if paper.requirement.required] == [
        (3, []),
        (3, []),
    ]
    told = [problem.message for problem in find_problems(read_claim(claim), at=act().at) if "归位" in problem.message]
    assert told == ["有 1 个文件没有归位，提交后作为“其他材料”交给审核人员。"]
    assert AuditRecord.objects.filter(action="evidence.place").count() == 4


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("2", [2]),
        ("1-3", [1, 2, 3]),
        ("３，１", [3, 1]),
        ("全部", [1, 2, 3]),
        ("3-2 2", [2, 3]),
        ("ZL2018 1 0000001.X", None),
    ],
)
def test_lines_are_named_as_people_write_them(lines, expected):
    claim, _ = draft_of_patents(3)
    context = read_claim(claim)
    numbers = {state.line.pk: state.number for state in context.lines}
    if expected is None:
        lines, expected = claim.lines.get(position=2).facts["patent_no"], [2]
    assert [numbers[pk] for pk in read_places(context, Placing("certificate", lines))] == expected


@pytest.mark.parametrize(
    ("placing", "says"),
    [
        (Placing("", "1"), "哪一种材料"),
        (Placing("certificate", ""), "填写明细的序号"),
        (Placing("certificate", "9"), "没有第 9 项"),
        (Placing("certificate", "甲"), "不是明细的序号"),
    ],
)
def test_what_names_no_place_is_told_and_the_file_stays(placing, says):
    claim, member = draft_of_patents(1)
    send(claim, member, "别的.pdf", make_pdf(text="other"))
    placed = place_files(claim, act=act(member), chosen={waiting(claim): placing})
    assert placed.count == 0
    assert says in placed.refusals[0]
    assert waiting(claim).filename == "别的.pdf"


def test_a_file_taken_out_waits_again_and_a_second_press_changes_nothing():
    claim, member = draft_of_patents(2)
    send(claim, member, *paper(1, "证书"))
    file = waiting(claim)
    for _ in range(2):
        place_files(claim, act=act(member), chosen={file: Placing("certificate", "全部")})
    assert places(claim) == [(1, "certificate"), (2, "certificate")]
    for evidence in claim.evidence.filter(removed_at=None):
        take_out(evidence, act=act(member))
    assert places(claim) == [(0, "")]


def test_a_correction_keeps_what_officers_had_where_it_was():
    claim, member = draft_of_patents(1)
    send(claim, member, *paper(1, "证书"))
    confirm(claim, member)
    Claim.objects.filter(pk=claim.pk).update(
        status=ClaimStatus.CORRECTION, returned_from=ClaimStatus.SUBMITTED, number="SB2026-0000001",
        submitted_at=act().at, commitment_at=act().at,
    )  # fmt: skip
    claim.refresh_from_db()
    CorrectionPoint.objects.create(
        claim=claim,
        line_position=9,
        round=claim.correction_round,
        field="fees",
        field_label="费用",
        asked_by=member,
        remark="核对",
        asked_at=act().at,
    )
    with pytest.raises(RefusedError, match="不能移动"):
        take_out(claim.evidence.get(), act=act(member))
    assert places(claim) == [(1, "certificate")]


def test_no_file_gets_to_a_defence_patent():
    claim, member = draft_of_patents(2)
    line = claim.lines.get(position=2)
    claim = save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, {}, {line.pk}))
    send(claim, member, "别的.pdf", make_pdf(text="other"))
    refused = place_files(claim, act=act(member), chosen={waiting(claim): Placing("certificate", "2")})
    assert "国防专利" in refused.refusals[0]
    assert place_files(claim, act=act(member), chosen={waiting(claim): Placing("certificate", "全部")}).count == 1
    assert places(claim) == [(1, "certificate")]


def photo(colour, *, turned=False):
    """A photo that is wider than high; `turned` as a phone marks one taken upright."""
    image, target = Image.new("RGB", (40, 20), colour), io.BytesIO()
    exif = image.getexif()
    if turned:
        exif[0x0112] = 6
    image.save(target, "JPEG", exif=exif)
    return target.getvalue()


def test_photos_become_one_pdf_in_their_order_and_upright(client, private_files):
    claim, member = draft_of_patents(1)
    send(claim, member, "1.jpg", photo("red"))
    send(claim, member, "2.jpg", photo("blue", turned=True))
    send(claim, member, "3.png", make_image("PNG"))
    client.force_login(member)
    page = reverse("intake:files", args=[claim.key])
    keys = [str(one.evidence.key) for one in files_page(claim, claim.created_by).waiting]
    response = client.post(page, {"action": "join", "pick": [keys[1], keys[0], keys[2]]})
    assert words(response) == ["3 张照片已按次序合成“1 等 3 张.pdf”。"]
    joined = waiting(claim)
    with pikepdf.open(private_files / joined.file.path) as pdf:
        sizes = [
            (int(page.Resources.XObject.Photo.Width), int(page.Resources.XObject.Photo.Height)) for page in pdf.pages
        ]
        pixels = [
            Image.open(io.BytesIO(page.Resources.XObject.Photo.read_raw_bytes())).getpixel((5, 5)) for page in pdf.pages
        ]
    assert sizes == [(40, 20), (20, 40), (8, 8)]
    assert pixels[0][0] > 200 > pixels[0][2]
    assert pixels[1][2] > 200 > pixels[1][0]
    assert words(client.post(page, {"action": "join", "pick": [str(joined.key)]}))[1:] == [
        "只能把还没有归位的照片（PNG 或 JPG）合成一个 PDF。"
    ]


def test_without_script_the_page_takes_files_places_them_and_says_what_is_missing(client):
    claim, member = draft_of_patents(2)
    client.force_login(member)
    page = reverse("intake:files", args=[claim.key])
    name, content = paper(1, "证书")
    files = [as_file(name, content), as_file("别的.pdf", make_pdf(text="other")), as_file("坏.pdf", b"no pdf")]
    response = client.post(page, {"action": "send", "files": files})
    assert [text[:20] for text in words(response)][:2] == [f"“{name}”已上传。"[:20], "“别的.pdf”已上传。"]
    assert "坏.pdf" in words(response)[2]
    html = client.get(page).content.decode()
    assert "1 个已找到位置" in html
    assert "未归位的文件（2）" in html
    rows = {one.evidence.filename: one for one in files_page(claim, claim.created_by).waiting}
    row = rows[name]
    data = {
        "action": "place",
        f"requirement-{row.evidence.pk}": "certificate",
        f"lines-{row.evidence.pk}": row.lines,
        f"requirement-{rows['别的.pdf'].evidence.pk}": "",
    }
    assert words(client.post(page, data)) == ["1 个文件已归位。"]
    html = client.get(page).content.decode()
    assert "1 项：第 2 项" in html
    assert "未归位的文件（1）" in html
    picked = {
        "action": "place-picked",
        "pick": [str(waiting(claim).key)],
        "picked-requirement": "fee_receipts",
        "picked-lines": "全部",
    }
    assert words(client.post(page, picked)) == ["1 个文件已归位。"]
    assert places(claim) == [(1, "certificate"), (1, "fee_receipts"), (2, "fee_receipts")]


def as_file(name, content):
    file = io.BytesIO(content)
    file.name = name
    return file


def test_the_page_asks_the_same_few_questions_of_the_database_for_any_number_of_files(
    client, django_assert_max_num_queries
):
    claim, member = draft_of_patents(20)
    for number in range(1, 9):
        send(claim, member, *paper(number, "证书"))
    client.force_login(member)
    page = reverse("intake:files", args=[claim.key])
    client.get(page)
    with django_assert_max_num_queries(16):
        client.get(page)
