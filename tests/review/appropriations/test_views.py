"""The pages of allocations and documents: the whole way by two people and a district, and what is refused in words."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal.accounts.enums import Role
from review.appropriations.models import Allocation, Appropriation
from tests.factories import make_official, suzhou, wuxi
from tests.review.appropriations.worlds import Treasury

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasury(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return Treasury()


def text(answer):
    return answer.content.decode()


def test_allocation_goes_from_its_form_to_the_districts_receipt(client, treasury):
    client.force_login(treasury.maker)
    form = text(client.get(reverse("appropriations:new_allocation")))
    key = form.split('name="key" value="')[1].split('"')[0]
    wanted = {"line": treasury.line.pk, "title": "分配方案", "basis": "第一条第二款", "pool": "30万元", "key": key}
    assert client.post(reverse("appropriations:new_allocation"), {**wanted, "pool": "0"}).status_code == 422
    for _ in range(2):
        assert client.post(reverse("appropriations:new_allocation"), wanted).status_code == 302
    made = Allocation.objects.get()
    factor = reverse("appropriations:factor", args=[made.key])
    values = {f"value_{each}": "0" for each in made.region.children.values_list("code", flat=True)}
    entered = {"name": "授权量", "weight": "60", "figure": "", "source": "公报", "revision": 0, **values}
    missing = client.post(factor, {**entered, "source": "", "value_320211": "一"})
    assert (missing.status_code, "请写明数据来源" in text(missing), "“一”不是数字" in text(missing)) == (
        422,
        True,
        True,
    )
    assert client.post(factor, {**entered, "value_320211": "30", "value_320205": "10"}).status_code == 302
    assert "已由他人修改" in text(client.post(factor, {**entered, "name": "旧页"}))
    counted = {"name": "上年获批", "weight": "40", "figure": "claims", "revision": 1}
    assert client.post(factor, counted).status_code == 302
    move = reverse("appropriations:move_allocation", args=[made.key])
    assert "门户统计" in text(client.post(move, {"action": "compute", "revision": 2}, follow=True))
    assert "另一人" in text(client.post(move, {"action": "check"}, follow=True))
    client.force_login(treasury.checker)
    assert "请写明原因" in text(client.post(move, {"action": "return", "reason": ""}, follow=True))
    client.post(move, {"action": "check"})
    page = text(client.post(move, {"action": "issue"}, follow=True))
    document = Appropriation.objects.get()
    assert document.number in page
    # The counted factor is zero everywhere: the other one has all the weight.
    assert document.lines.get(region="320211").yuan == Decimal("225000.00")
    pdf = client.get(reverse("appropriations:sheet", args=[made.key]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(reverse("appropriations:workbook", args=[made.key])).status_code == 200

    client.force_login(treasury.binhu)
    assert document.number in text(client.get(reverse("appropriations:list")))
    line = document.lines.get(region="320211")
    answer = client.post(reverse("appropriations:receive", args=[line.pk]), {"note": "已入账"}, follow=True)
    assert "已入账" in text(answer)
    other = document.lines.get(region="320205")
    assert "锡山区" in text(client.post(reverse("appropriations:receive", args=[other.pk]), {"note": ""}, follow=True))
    client.force_login(treasury.maker)
    use = text(client.get(reverse("appropriations:use", args=[treasury.line.pk])))
    assert all(word in use for word in ("225,000.00", "75,000.00", "<svg"))


def test_factors_are_changed_and_removed_and_headings_changed_in_a_draft_alone(client, treasury):
    made = treasury.draft()
    client.force_login(treasury.maker)
    factor = reverse("appropriations:factor", args=[made.key])
    assert 'value="30"' in text(client.get(f"{factor}?at=0"))
    assert client.get(f"{factor}?at=2").status_code == 404
    client.post(f"{factor}?at=1", {"intent": "remove", "revision": made.revision})
    made.refresh_from_db()
    assert [each["name"] for each in made.inputs] == ["授权量"]
    heading = reverse("appropriations:heading", args=[made.key])
    client.post(heading, {"title": "新名", "basis": "依据", "pool": "100", "revision": made.revision})
    made.refresh_from_db()
    assert (made.title, made.pool) == ("新名", 100)
    issued = treasury.issued().allocation
    for name in ("factor", "heading"):
        assert client.get(reverse(f"appropriations:{name}", args=[issued.key])).status_code == 404
    move = reverse("appropriations:move_allocation", args=[issued.key])
    answer = client.post(move, {"action": "adjust", "reason": "统计更正"}, follow=True)
    assert "统计更正" in text(answer)
    assert Allocation.objects.get(replaces=issued).inputs == issued.inputs


def test_document_is_drafted_edited_checked_issued_and_recalled_on_its_page(client, treasury):
    client.force_login(treasury.maker)
    new = reverse("appropriations:new_document")
    assert "至少为一个区县" in text(client.post(new, {"line": treasury.line.pk, "title": "下达"}))
    client.post(new, {"line": treasury.line.pk, "title": "下达", "sum_320211": "1万元"})
    made = Appropriation.objects.get()
    edit, move = (reverse(f"appropriations:{name}", args=[made.key]) for name in ("edit_document", "move_document"))
    assert "10,000.00" in text(client.get(edit))
    client.post(edit, {"line": treasury.line.pk, "title": "下达", "sum_320211": "2万元"})
    client.force_login(treasury.checker)
    for action in ("check", "return", "check", "issue"):
        client.post(move, {"action": action, "reason": "核对"})
    page = text(client.get(reverse("appropriations:document", args=[made.key])))
    assert all(word in page for word in ("20,000.00", "无锡知指〔2026〕1号", "未签收"))
    client.force_login(treasury.maker)
    assert "已收回" in text(client.post(move, {"action": "recall", "reason": "重复"}, follow=True))


def test_city_sees_its_own_and_districts_see_what_was_issued_to_them(client, treasury):
    draft, document = treasury.draft(), treasury.issued()
    pages = {
        reverse("appropriations:allocation", args=[draft.key]): False,
        reverse("appropriations:allocation", args=[document.allocation.key]): True,
        reverse("appropriations:document", args=[document.key]): True,
    }
    strangers = [make_official(Role.FINANCE, suzhou()), make_official(Role.AUDITOR, suzhou())]
    own = [treasury.checker, make_official(Role.DECISION_MAKER, wuxi()), make_official(Role.AUDITOR, wuxi())]
    for person in (*own, treasury.binhu, *strangers):
        client.force_login(person)
        for page, is_issued in pages.items():
            sees = person in own or (person == treasury.binhu and is_issued)
            assert client.get(page).status_code == (200 if sees else 404)
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    assert client.get(reverse("appropriations:list")).status_code == 403
