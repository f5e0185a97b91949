"""The pages of calls: the public's, and the policy administrator's from a draft to its withdrawal."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from policies.calls.enums import CallState, ChangeKind
from policies.calls.models import Call
from policies.calls.selectors import material_files, materials_of
from portal.accounts.enums import Role
from tests.factories import CallFactory, make_member, make_official, suzhou, wuxi
from tests.files import make_pdf

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk(client, admin):
    """The administrator's browser."""
    client.force_login(admin)
    return client


def page_of(client, name, *args, **query):
    response = client.get(reverse(f"calls:{name}", args=args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def typed(items, **said):
    """What the form of a call sends, with these items ticked."""
    now = timezone.now()
    data = {
        "key": str(uuid.uuid4()),
        "title": "第一批申报通知",
        "number": "锡知发〔2026〕8号",
        "opens_at": local(now + DAY),
        "closes_at": local(now + 30 * DAY),
        "facts_from": "2025-01-01",
        "facts_last": "2025-12-31",
        "budget": "",
        "quota": "",
        "contact_name": "周受理",
        "contact_phone": "0510-1",
        "contact_address": "",
    }
    return data | {f"item{item.pk}-chosen": "on" for item in items} | said


# ---- the public -----------------------------------------------------------------------------------
def test_list_tells_open_coming_and_past_apart(client, items):
    now = timezone.now()
    CallFactory(title="开放的", items=items)
    CallFactory(title="将来的", opens_at=now + DAY)
    CallFactory(title="过去的", closes_at=now)
    CallFactory(title="撤销的", state=CallState.WITHDRAWN)
    CallFactory(title="草稿的", state=CallState.DRAFTED)
    response = client.get(reverse("calls:list"))
    titles = {name: [call.title for call in response.context[name]] for name in ("open", "coming")}
    assert titles == {"open": ["开放的"], "coming": ["将来的"]}
    assert {call.title for call in response.context["page"].rows} == {"过去的", "撤销的"}
    assert "草稿的" not in response.content.decode()


def test_empty_list_says_what_will_come(client):
    page = page_of(client, "list")
    assert "现在没有开放的申报通知" in page
    assert "还没有结束的通知" in page
    assert "这个月没有通知开始或截止" in page


def test_month_shows_what_opens_and_closes_and_leads_to_its_neighbours(client):
    opens = timezone.now() + 400 * DAY
    call = CallFactory(title="明年的", opens_at=opens, closes_at=opens + DAY)
    month = timezone.localtime(opens).strftime("%Y-%m")
    page = page_of(client, "list", month=month)
    assert page.count("mark-opens") == 1
    assert re.search(r'rel="prev"', page)
    assert reverse("calls:call", args=[call.key]) in page
    assert client.get(reverse("calls:list"), {"month": "x", "after": "x"}).status_code == 200
    assert client.get(reverse("calls:list"), {"region": "x"}).status_code == 400


def test_cities_can_be_told_apart_where_there_are_several(client):
    CallFactory(title="无锡的")
    assert "按城市筛选" not in page_of(client, "list")
    CallFactory(title="苏州的", region=suzhou())
    assert "按城市筛选" in page_of(client, "list")
    page = page_of(client, "list", region=suzhou().pk)
    assert "苏州的" in page
    assert "无锡的" not in page


def test_number_of_queries_does_not_grow_with_calls(client, items, django_assert_num_queries):
    for _ in range(2):
        call = CallFactory(items=items)
        CallFactory(items=items, closes_at=timezone.now())
        with django_assert_num_queries(6):
            page_of(client, "list")
        with django_assert_num_queries(4):
            page_of(client, "call", call.key)


def test_page_of_a_call_has_everything_one_needs(client, items):
    call = CallFactory(items=items, title="第一批", introduction="请先\n补全资料。", budget="3000000.00", quota=50)
    page = page_of(client, "call", call.key)
    for words in ("第一批", "请先<br>补全资料。", "300 万元", "50 件", "周受理", "0510-81820000", call.facts_words):
        assert words in page
    for item in items:
        assert reverse("policies:item", args=[item.code]) in page
        assert f"{reverse('applications:new', args=[item.code])}?call={call.key}" in page
        assert item.headline in page


def test_what_has_a_sum_stands_before_what_officers_decide(client, items):
    decided, computed = items[:2]
    type(decided).objects.filter(pk=decided.pk).update(kind="discretionary")
    page = page_of(client, "call", CallFactory(items=[decided, computed]).key)
    assert page.index(f">{computed.title}</a>") < page.index(f">{decided.title}</a>")


def test_nothing_is_to_be_pressed_where_nothing_can_be_claimed(client, items):
    closed = CallFactory(items=items, closes_at=timezone.now())
    assert "申报已截止" in page_of(client, "call", closed.key)
    coming = CallFactory(items=items, opens_at=timezone.now() + DAY)
    withdrawn = CallFactory(items=items, state=CallState.WITHDRAWN)
    for call in (closed, coming, withdrawn):
        assert "?call=" not in page_of(client, "call", call.key)
    opened = CallFactory(items=items)
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    assert "?call=" not in page_of(client, "call", opened.key)
    client.force_login(make_member())
    assert "?call=" in page_of(client, "call", opened.key)


def test_page_of_an_item_says_when_it_can_be_claimed(client, items):
    address = reverse("policies:item", args=[items[0].code])
    assert "还没有开放该事项的" in client.get(address).content.decode()
    coming = CallFactory(items=items, opens_at=timezone.now() + DAY)
    page = client.get(address).content.decode()
    assert f"{coming.opens_words} 起" in page
    assert "立即申报" not in page
    opened = CallFactory(items=items)
    page = client.get(address).content.decode()
    assert f"{opened.closes_words} 截止" in page
    assert "立即申报" in page


def test_windows_are_handed_out_as_calendars(client, settings):
    settings.PUBLIC_URL = "https://portal.example"
    call = CallFactory()
    CallFactory(state=CallState.DRAFTED)
    CallFactory(closes_at=timezone.now() - 400 * DAY)
    for response in (
        client.get(reverse("calls:calendar")),
        client.get(reverse("calls:call_calendar", args=[call.key])),
    ):
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert ".ics" in response["Content-Disposition"]
        text = response.content.decode().replace("\r\n ", "")
        assert text.count("BEGIN:VEVENT") == 1
        assert f"URL:https://portal.example/calls/{call.key}/" in text


# ---- the administrator ----------------------------------------------------------------------------
def test_call_is_written_previewed_and_published(desk, items):
    assert "还没有发布过通知" in page_of(desk, "work")
    assert "第一批申报通知" not in page_of(desk, "new")
    data = typed(items, budget="300万元", **{f"item{items[0].pk}-budget": "1,000.50", f"item{items[0].pk}-quota": "7"})
    response = desk.post(reverse("calls:new"), data)
    call = Call.objects.get()
    assert response["Location"] == reverse("calls:manage", args=[call.key])
    assert (call.region, str(call.budget), call.facts_to) == (wuxi(), "3000000.00", date(2026, 1, 1))
    assert [(str(row.budget), row.quota) for row in call.items.all()] == [("1000.50", 7), ("None", None)]
    assert "这是预览" in page_of(desk, "preview", call.key)
    assert "第一批申报通知" in page_of(desk, "work")
    address = reverse("calls:publish", args=[call.key])
    alone = desk.post(address, {"seen": "0"}, follow=True).content.decode()
    assert "须由填写预算以外的另一名政策管理人员发布" in alone
    second = Client()
    second.force_login(make_official(Role.POLICY_ADMIN, wuxi()))
    assert "发布通知" in page_of(second, "manage", call.key)
    second.post(address, {"seen": "0"})
    call.refresh_from_db()
    assert call.state == CallState.PUBLISHED
    assert "变更" in page_of(desk, "manage", call.key)


def test_a_procedure_is_chosen_kept_shown_and_refused_with_the_remedy(desk, items):
    way = {"route": "city", "has_panel": "on", "has_publicity_first": "on", "whole": "40", "basis": "第八条"}
    assert desk.post(reverse("calls:new"), typed(items, **way)).status_code == 302
    call = Call.objects.get()
    assert call.procedure == {
        "route": "city",
        "procedure": ["panel", "publicity_first"],
        "periods": {"whole": 40, "basis": "第八条"},
    }
    page = desk.get(reverse("calls:edit", args=[call.key])).content.decode()
    assert re.search(r'name="has_panel"[^>]*checked', page)
    assert not re.search(r'name="has_audit"[^>]*checked', page)
    assert (
        "区级初审、市级复审；专家评审；先公示、后审定"
        in desk.get(reverse("calls:manage", args=[call.key])).content.decode()
    )
    for wrong, words in (
        ({"has_panel": "on"}, "请先选择审核程序"),
        ({"route": "city"}, "请写明另定程序的依据"),
        ({"route": "district", "has_city_only": "on", "basis": "第八条"}, "不能不经区级"),
        ({"route": "city", "whole": "999", "basis": "第八条"}, "1 到 250"),
    ):
        assert words in desk.post(reverse("calls:new"), typed(items, **wrong)).content.decode()


def test_pressing_save_twice_makes_one_call(desk, items):
    data = typed(items)
    desk.post(reverse("calls:new"), data)
    desk.post(reverse("calls:new"), data)
    assert Call.objects.count() == 1


WRONG = {
    "title": ({"title": ""}, "请填写这一项"),
    "moment": ({"opens_at": "明天"}, "“明天”不是日期"),
    "end before beginning": ({"closes_at": "2020-01-01T00:00"}, "截止时间应晚于开始时间"),
    "last day": ({"facts_last": "2024-12-31"}, "末日不能早于首日"),
    "sum": ({"budget": "很多"}, "不是金额"),
    "nothing": ({"budget": "0"}, "预算应大于 0"),
    "quota": ({"quota": "0"}, "名额应是 1 以上的整数"),
}


@pytest.mark.parametrize(("said", "words"), WRONG.values(), ids=WRONG)
def test_mistake_is_shown_at_its_field_and_nothing_typed_is_lost(desk, items, said, words):
    said = {"contact_address": "观山路 199 号", f"item{items[1].pk}-quota": "12"} | said
    response = desk.post(reverse("calls:new"), typed(items, **said))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert 'value="观山路 199 号"' in page
    assert f'name="item{items[1].pk}-quota" value="12"' in page
    assert not Call.objects.exists()


def test_mistake_in_an_items_row_is_shown_there(desk, items):
    response = desk.post(reverse("calls:new"), typed(items, **{f"item{items[0].pk}-budget": "-5"}))
    assert response.status_code == 422
    assert "预算应大于 0" in response.content.decode()


def test_page_that_was_overtaken_says_so_and_saves_when_asked_again(desk, items):
    desk.post(reverse("calls:new"), typed(items))
    call = Call.objects.get()
    address = reverse("calls:edit", args=[call.key])
    desk.post(address, typed(items, seen="0", title="甲的标题"))
    response = desk.post(address, typed(items, seen="0", title="乙的标题"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "刚才已在别处修改" in page
    assert 'value="乙的标题"' in page
    assert 'name="seen" value="1"' in page
    desk.post(address, typed(items, seen="1", title="乙的标题"))
    call.refresh_from_db()
    assert call.title == "乙的标题"


def test_unfinished_draft_is_not_published_and_says_why(desk, items):
    desk.post(reverse("calls:new"), typed([], number=""))
    call = Call.objects.get()
    page = desk.post(reverse("calls:publish", args=[call.key]), {"seen": "0"}, follow=True).content.decode()
    assert "没有发布：请先填写文号" in page
    desk.post(reverse("calls:discard", args=[call.key]))
    assert not Call.objects.exists()


def test_published_call_is_extended_closed_and_withdrawn(desk, items):
    call = CallFactory(items=items)
    later = call.closes_at + DAY
    response = desk.post(
        reverse("calls:extend", args=[call.key]), {"seen": "0", "closes_at": local(later), "reason": "凭证未到"}
    )
    assert response.status_code == 302
    desk.post(reverse("calls:close", args=[call.key]), {"seen": "1", "closes_at": "", "reason": "预算用完"})
    desk.post(reverse("calls:withdraw", args=[call.key]), {"seen": "2", "reason": "内容有误"})
    kinds = list(call.changes.values_list("kind", flat=True))
    assert kinds == [ChangeKind.EXTENDED, ChangeKind.CLOSED, ChangeKind.WITHDRAWN]
    page = page_of(desk, "call", call.key)
    for words in ("凭证未到", "预算用完", "内容有误", "该通知已撤销"):
        assert words in page


@pytest.mark.parametrize("name", ["extend", "close", "withdraw", "amend"])
def test_change_without_a_reason_or_of_an_old_page_is_refused_in_words(desk, items, name):
    call = CallFactory(items=items, revision=3)
    address = reverse(f"calls:{name}", args=[call.key])
    page_of(desk, name, call.key)
    data = typed([], closes_at=local(call.closes_at + DAY), seen="3", facts_from="1980-01-01", facts_last="2101-01-01")
    response = desk.post(address, data)
    assert response.status_code == 422
    assert "请写明理由" in response.content.decode()
    response = desk.post(address, data | {"reason": "理由", "seen": "2"})
    assert response.status_code == 422
    assert "刚才已在别处修改" in response.content.decode()
    assert not call.changes.exists()


def test_amendment_adds_an_item_and_raises_the_budget(desk, items):
    call = CallFactory(items=items[:1], budget="100.00")
    data = typed(items[1:], seen="0", facts_from="1990-01-01", facts_last="2099-12-31", budget="200", reason="追加")
    response = desk.post(reverse("calls:amend", args=[call.key]), data)
    assert response["Location"] == reverse("calls:manage", args=[call.key])
    call.refresh_from_db()
    assert (str(call.budget), call.items.count()) == ("200.00", 2)
    assert call.changes.get().differences[0] == ["预算", " 100.00 元", " 200.00 元"]


def test_files_are_uploaded_and_taken_off(desk, items):
    call = CallFactory(items=items, state=CallState.DRAFTED)
    address = reverse("calls:attach", args=[call.key])
    refused = desk.post(address, {"file": SimpleUploadedFile("x.pdf", b"MZ")})
    assert refused.status_code == 422
    assert "内容不是" in refused.content.decode()
    assert "请选择要上传的文件" in desk.post(address, {}).content.decode()
    desk.post(address, {"file": SimpleUploadedFile("通知.pdf", make_pdf())})
    file = call.attachments.get()
    assert "通知.pdf" in page_of(desk, "preview", call.key)
    desk.post(reverse("calls:draft_attachment", args=[file.key]))
    assert not call.attachments.exists()


def test_a_sample_names_the_material_that_it_is_of(desk, items):
    call = CallFactory(items=items, state=CallState.DRAFTED)
    address = reverse("calls:attach", args=[call.key])
    [item, papers], *_ = materials_of(call)
    sent = {"purpose": "sample", "file": SimpleUploadedFile("样表.pdf", make_pdf())}
    assert "请选择它是哪一项的哪种材料" in desk.post(address, sent).content.decode()
    sent = {"file": SimpleUploadedFile("样表.pdf", make_pdf()), "place": f"{item.pk}:{papers[0].code}"}
    assert "请选择是模板还是样表" in desk.post(address, sent).content.decode()
    desk.post(address, sent | {"purpose": "sample", "file": SimpleUploadedFile("样表.pdf", make_pdf())})
    assert [file.filename for file in material_files(call, item)[papers[0].code]] == ["样表.pdf"]


def test_drafts_page_of_a_published_call_leads_to_its_desk(desk, items):
    call = CallFactory(items=items)
    response = desk.get(reverse("calls:edit", args=[call.key]))
    assert response["Location"] == reverse("calls:manage", args=[call.key])
    withdrawn = CallFactory(items=items, state=CallState.WITHDRAWN)
    response = desk.get(reverse("calls:amend", args=[withdrawn.key]))
    assert response["Location"] == reverse("calls:manage", args=[withdrawn.key])


def test_desk_lists_calls_page_by_page(desk, items):
    for number in range(23):
        CallFactory(number=str(number), items=items)
    page = desk.get(reverse("calls:work")).context["page"]
    assert len(page.rows) == 20
    assert len(desk.get(reverse("calls:work"), {"after": page.next_cursor}).context["page"].rows) == 3


def test_number_of_queries_of_the_desk_does_not_grow_with_calls(desk, items):
    page_of(desk, "work")
    counts = []
    for number in range(3):
        CallFactory(number=str(number), items=items)
        CallFactory(state=CallState.DRAFTED, items=items)
        with CaptureQueriesContext(connection) as asked:
            page_of(desk, "work")
        counts.append(len(asked))
    assert counts[0] == counts[2]
