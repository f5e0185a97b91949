"""Sheets of registers as they are sent in, and settings of the checks that two people change."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.core.registers import RegisterKind
from portal.core.spreadsheets import Column, build_sheet
from portal.jobs.services import run_due_jobs
from review.checks.enums import SheetState
from review.checks.inputs import settings_of
from review.checks.models import CheckSetting, RegisterRow, RegisterSheet
from review.checks.registers import listed_on
from review.checks.services.settings import decide_setting, propose_setting
from review.checks.services.sheets import decide_sheet, take_sheet
from review.checks.sheets import read_entries
from tests.factories import act, make_official, make_patent_no, suzhou, wuxi
from tests.review.worlds import publish_items

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def xlsx(*rows: list[str]) -> bytes:
    columns = [Column("专利号"), Column("说明")]
    return build_sheet("名单", columns=columns, rows=rows, note="截至 2026-06-01")


def taken(officer, content, *, as_of=DAY, region=None) -> RegisterSheet:
    upload = SimpleUploadedFile("名单.xlsx", content)
    return take_sheet(
        region or wuxi(), kind=RegisterKind.ABNORMAL, as_of=as_of, source="通报", upload=upload, act=act(officer)
    )


@pytest.mark.parametrize(
    ("years", "says"),
    [
        (("0019999999", ""), "1 至 20"),
        (("1", "00200"), "1 至 20"),
        (("٣", ""), "1 至 20"),
        (("9", "4"), "早于“年度自”"),
    ],
)
def test_years_of_a_fee_that_make_no_sense_are_refused(years, says):
    head = ["专利类型", "费用种类", "年度自", "年度至", "金额"]
    with pytest.raises(RefusedError, match=says):
        list(read_entries(RegisterKind.TARIFF, [(1, head), (2, ["发明", "年费", *years, "900"])]))


def test_sheet_is_kept_read_by_a_job_once_and_refused_whole_with_its_cells_named():
    officer = make_official(Role.CITY_OFFICER, wuxi())
    good, bad = xlsx([make_patent_no(1), "一批"], [make_patent_no(2), ""]), xlsx([make_patent_no(1), ""], ["2017", ""])
    sheet = taken(officer, good)
    assert taken(officer, good) == sheet
    wrong = taken(officer, bad)
    run_due_jobs()
    sheet.refresh_from_db()
    wrong.refresh_from_db()
    assert (sheet.state, sheet.rows, RegisterRow.objects.count()) == (SheetState.IN_FORCE, 2, 2)
    assert (wrong.state, wrong.rows) == (SheetState.FAILED, 0)
    assert "A5 专利号" in wrong.problem
    with pytest.raises(RefusedError, match="不能晚于今天"):
        taken(officer, good, as_of=date(2999, 1, 1))
    with pytest.raises(PermissionDenied):
        taken(officer, good, region=suzhou())


def test_a_sheet_that_sums_follow_from_counts_once_another_person_confirmed_it(client):
    first, second = (make_official(Role.CITY_OFFICER, wuxi()) for _ in range(2))
    rows = [["清单名称", "产品名称"], ["高耗能产品", "旧产品"]]
    content = "\n".join(",".join(row) for row in rows).encode()
    upload = SimpleUploadedFile("清单.csv", content)
    sheet = take_sheet(wuxi(), kind=RegisterKind.EXCLUDED, as_of=DAY, source="通报", upload=upload, act=act(first))
    with pytest.raises(RefusedError, match="正在读取"):
        decide_sheet(sheet.pk, is_confirmed=True, act=act(second))
    run_due_jobs()
    sheet.refresh_from_db()
    assert sheet.state == SheetState.WAITING
    assert listed_on(wuxi(), "高耗能产品", ["旧产品"], DAY) is None
    with pytest.raises(RefusedError, match="须由另一人复核"):
        decide_sheet(sheet.pk, is_confirmed=True, act=act(first))
    with pytest.raises(PermissionDenied):
        decide_sheet(sheet.pk, is_confirmed=True, act=act(make_official(Role.CITY_OFFICER, suzhou())))
    page, address = reverse("checks:registers"), reverse("checks:decide_register", args=[sheet.key])
    client.force_login(first)
    assert "由另一人复核后生效" in client.get(page).content.decode()
    client.force_login(second)
    assert address in client.get(page).content.decode()
    assert client.post(address, {"decision": "confirm"}).status_code == 302
    assert listed_on(wuxi(), "高耗能产品", ["旧产品"], DAY) == {"旧产品": True}
    with pytest.raises(RefusedError):
        decide_sheet(sheet.pk, is_confirmed=False, act=act(second))


def test_registers_page_takes_a_sheet_and_hands_it_out(client):
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    sent = {"kind": "abnormal", "region": "320200", "as_of": "2026-06-01", "source": "通报"}
    page = reverse("checks:registers")
    assert client.post(page, sent).status_code == 422
    content = xlsx([make_patent_no(1), ""])
    file = SimpleUploadedFile("名单.xlsx", content)
    assert client.post(page, sent | {"file": file}).status_code == 302
    assert "名单.xlsx" in client.get(page).content.decode()
    found = client.get(reverse("checks:register_file", args=[RegisterSheet.objects.get().key]))
    assert b"".join(found.streaming_content) == content


def test_setting_of_an_item_holds_once_a_second_person_confirmed_it(client):
    publish_items()
    item = SupportItem.objects.get(code="wx2020-01-inv")
    first, second = make_official(Role.POLICY_ADMIN, wuxi()), make_official(Role.POLICY_ADMIN, wuxi())
    for name, value in (
        ("credit", "off"),
        ("credit_days", "366"),
        ("credit_days", "一"),
        ("dates", "x"),
        ("no", "off"),
    ):
        with pytest.raises(RefusedError):
            propose_setting(item, name=name, value=value, act=act(first))
    with pytest.raises(PermissionDenied):
        propose_setting(item, name="dates", value="off", act=act(make_official(Role.POLICY_ADMIN, suzhou())))
    made = propose_setting(item, name="same_file", value="question", act=act(first))
    with pytest.raises(RefusedError):
        propose_setting(item, name="same_file", value="off", act=act(first))
    with pytest.raises(RefusedError, match="提出人不能确认"):
        decide_setting(made.pk, is_confirmed=True, act=act(first))
    assert settings_of([item.pk])[item.pk] == {}
    decide_setting(made.pk, is_confirmed=True, act=act(second))
    assert settings_of([item.pk])[item.pk] == {"same_file": "question"}
    client.force_login(second)
    page = reverse("checks:settings")
    client.post(page, {"item": item.pk, "name": "credit_days", "value": "30"})
    waiting = CheckSetting.objects.get(name="credit_days")
    assert "30 天" in client.get(page, {"item": item.pk}).content.decode()
    client.force_login(first)
    assert client.post(reverse("checks:decide_setting", args=[waiting.key]), {"decision": "confirm"}).status_code == 302
    assert settings_of([item.pk])[item.pk]["credit_days"] == "30"
