"""Pages of drafts: from beginning to publication by posts alone, nothing typed lost, bounded queries."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.lists import PAGE_SIZE
from policies.drafting.selectors.reading import draft_yaml
from policies.drafting.services.cases import load_package_cases
from policies.drafting.services.drafts import start_draft
from policies.published.models import PolicyDocument, SupportItem
from portal.accounts.enums import Role
from tests.factories import act, jiangsu, make_official, wuxi
from tests.policies.drafting.worlds import (
    INVENTION,
    admin,
    changed,
    draft_of,
    place_of,
    proposed,
    publish_package,
    with_standard,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def author():
    publish_package("wx2020")
    return admin()


@pytest.fixture
def draft(author):
    return draft_of("wx2020", author)


def page_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(name: str, draft: PolicyDraft, *more: object) -> str:
    return reverse(f"drafting:{name}", args=[draft.key, *more])


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def told(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def post(client, name, draft, *more, **data):
    return client.post(at(name, draft, *more), {"revision": draft.revision, **data}, follow=True)


def test_a_change_goes_from_beginning_to_publication_by_posts(author):
    load_package_cases(act=act())
    client, second = page_of(author), page_of(admin())
    started = {"key": uuid.uuid4(), "document": "wx2020", "title": "提高标准", "code": "", "text": ""}
    assert client.post(reverse("drafting:new"), started).status_code == 302
    draft = with_standard(PolicyDraft.objects.get(), "6000", author)
    assert "1 个结果有变化，须逐个确认" in text_of(client.get(at("cases", draft)))
    case = client.get(at("cases", draft)).context["waiting"][0]["run"].case
    post(client, "settle_case", draft, case.pk, reason="标准提高", action="confirm")
    post(client, "describe", draft, title="提高标准", note="依据年度资金安排")
    draft.refresh_from_db()
    assert "已提请发布" in told(post(client, "decide", draft, action="propose"))
    page = text_of(second.get(at("changes", draft)))
    assert "<del>5,000.00</del>" in page
    assert "<ins>6,000.00</ins>" in page
    assert "已发布" in told(post(second, "decide", draft, action="publish"))
    assert SupportItem.objects.get(code=INVENTION).headline == "每件最高 6,000 元"
    for name in ("draft", "changes", "cases"):
        assert "已发布" in text_of(client.get(at(name, draft)))


def test_the_one_who_proposed_has_no_button_to_publish(draft, author):
    draft = proposed(with_standard(draft, "6000", author), author)
    assert 'value="publish"' not in text_of(page_of(author).get(at("draft", draft)))
    assert 'value="publish"' in text_of(page_of(admin()).get(at("draft", draft)))
    assert "另一位政策管理人员" in told(post(page_of(author), "decide", draft, action="publish"))
    draft.refresh_from_db()
    assert draft.state == DraftState.PROPOSED


def test_a_return_without_a_reason_says_so(draft, author):
    draft = proposed(with_standard(draft, "6000", author), author)
    client = page_of(admin())
    assert "请写明理由" in told(post(client, "decide", draft, action="return", reason=" "))
    assert "已退回" in told(post(client, "decide", draft, action="return", reason="依据不足"))
    assert "依据不足" in text_of(page_of(author).get(at("draft", draft)))


def test_a_change_shows_the_sections_it_changes_first(draft, author):
    answer = page_of(author).get(at("draft", draft))
    assert (answer.context["changed"], len(answer.context["unchanged"])) == ([], len(draft.sections))
    draft = with_standard(draft, "3000", author)
    answer = page_of(author).get(at("draft", draft))
    assert [row.name for row in answer.context["changed"]] == [INVENTION]
    assert text_of(answer).index("有改动或待改正的 1 段") < text_of(answer).index(
        f"没有改动的 {len(draft.sections) - 1} 段"
    )


def test_problems_stand_at_their_sections_with_a_link(draft, author):
    draft = changed(draft, INVENTION, author, title="")
    page = text_of(page_of(author).get(at("draft", draft)))
    assert "1 处待改正" in page
    assert at("section", draft, 1) in page
    assert "#id_" in page
    assert "还不能提请发布" in page


def test_a_section_is_moved_and_taken_off_and_a_stale_page_says_so(draft, author):
    client = page_of(author)
    post(client, "arrange", draft, action="down:1")
    draft.refresh_from_db()
    assert place_of(draft, INVENTION) == 2
    post(client, "arrange", draft, action="drop:2")
    stale = post(client, "arrange", draft, action="drop:1")
    assert "已在别处修改" in told(stale)
    assert len(PolicyDraft.objects.get().sections) == len(draft.sections) - 1


def test_an_export_is_the_text_and_can_be_imported(draft, author):
    client = page_of(author)
    response = client.get(at("export", draft))
    assert response["Content-Disposition"] == 'attachment; filename="wx2020-0.yaml"'
    text = response.content.decode()
    assert text == draft_yaml(draft)
    renamed = text.replace("发明专利授权奖补", "发明专利奖补")
    assert "已导入" in told(post(client, "text", draft, text=renamed))
    assert PolicyDraft.objects.get().sections[1]["title"] == "发明专利奖补"


def test_a_text_with_a_fault_stays_in_its_box_with_the_line(draft, author):
    response = post(page_of(author), "text", draft, text="document:\n  id: wx2020\n  id: 再来")
    page = text_of(response)
    assert "第 3 行" in page
    assert "怎么办" in page
    assert "id: 再来" in page
    assert PolicyDraft.objects.get().revision == 0


def test_a_new_document_may_begin_with_a_faulty_text_that_is_not_lost(author):
    data = {"key": uuid.uuid4(), "document": "new", "title": "新文件", "code": "", "text": "item: 甲"}
    page = text_of(page_of(author).post(reverse("drafting:new"), data))
    assert "第一段" in page
    assert "item: 甲" in page
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"code": ""}, "须填写标识"),
        ({"code": "Wx-1"}, "小写字母"),
        ({"code": "wx2020"}, "已有文件"),
        ({"title": "", "code": "wx2026"}, "请填写这一项"),
    ],
)
def test_what_is_missing_for_a_new_document_is_named(author, data, words):
    filled = {"key": uuid.uuid4(), "document": "new", "title": "新文件", "code": "wx2026", "text": ""} | data
    assert words in text_of(page_of(author).post(reverse("drafting:new"), filled))
    assert not PolicyDraft.objects.exists()


def test_an_issue_is_recorded_by_a_short_form():
    publish_package("lyg")
    author = admin(jiangsu())
    draft = draft_of("lyg", author)
    client = page_of(author)
    assert "记录印发" in text_of(client.get(at("draft", draft)))
    assert "（征求意见稿）" not in text_of(client.get(at("issue", draft))).partition("id_title")[2].partition(">")[0]
    form = {
        "number": "连政办发〔2026〕8号",
        "title": "若干政策措施",
        "short_title": "若干政策措施",
        "issuer": "连云港市人民政府办公室",
        "issued_on": "2026-08-01",
        "effective_from": "2026-07-31",
        "source": "公报",
    }
    assert "早于印发日期" in text_of(post(client, "issue", draft, **form))
    page = post(client, "issue", draft, **form | {"effective_from": "2026-08-01"})
    assert "连政办发〔2026〕8号" in text_of(page)
    assert PolicyDraft.objects.get().sections[0]["document"]["status"] == "in_force"


def test_sums_are_entered_in_one_table():
    publish_package("fj8")
    author = admin()
    draft = draft_of("fj8", author)
    client = page_of(author)
    place = place_of(draft, "fj8-3-project")
    rows = client.get(at("sums", draft)).context["form"].rows
    natures = {row["nature"].html_name: "exact" for row in rows}
    empty = post(client, "sums", draft, citation="某政发〔2022〕3号", **natures)
    assert "没有填写任何金额" in text_of(empty)
    wrong = post(client, "sums", draft, citation="某政发〔2022〕3号", **natures, **{f"yuan-{place}": "二万"})
    assert "二万" in text_of(wrong)
    post(client, "sums", draft, citation="某政发〔2022〕3号", region="320200", **natures, **{f"yuan-{place}": "2万元"})
    stored = PolicyDraft.objects.get().sections
    assert stored[place]["steps"][0]["yuan"] == "20000.00"
    assert stored[0]["document"]["region_code"] == "320200"
    assert stored[0]["document"]["areas"][:2] == ["无锡", "锡山"]


def test_a_reading_is_chosen_with_its_source(draft, author):
    client = page_of(author)
    form = client.get(at("readings", draft)).context["form"]
    filled = {field.html_name: field.value() or "" for row in form.rows for field in (row["default"], row["source"])}
    filled |= {"default-half_after_ceiling": "false", "source-half_after_ceiling": "会议纪要"}
    post(client, "readings", draft, **filled)
    own = PolicyDraft.objects.get().sections[1]["settings"]
    assert list(own) == ["half_after_ceiling"]
    assert (own["half_after_ceiling"]["default"], own["half_after_ceiling"]["source"]) == (False, "会议纪要")


def test_a_case_is_written_by_a_form(draft, author):
    client = page_of(author)
    address = f"{at('new_case', draft)}?item={INVENTION}"
    assert "应有结果" in text_of(client.get(address))
    facts = {"lines": "1", "kind": "enterprise", "line-0-granted_on": "2021-05-10", "line-0-fees": "4,999.99"}
    missing = client.post(address, {**facts, "sentence": "按费用", "outcome": "payable", "amount": ""})
    assert "须写明应得金额" in text_of(missing)
    client.post(address, {**facts, "sentence": "按费用", "outcome": "payable", "amount": "4,999.99"})
    case = draft.case_changes.get()
    assert (case.question["lines"], case.expected["amount"]) == (
        [{"granted_on": "2021-05-10", "fees": "4999.99"}],
        "4999.99",
    )
    assert client.get(at("cases", draft)).context["waiting"] == []
    assert client.get(f"{at('new_case', draft)}?item=none").status_code == 404


def test_an_auditor_reads_and_has_no_buttons(draft):
    client = page_of(make_official(Role.AUDITOR, wuxi()))
    for name in ("draft", "changes", "cases"):
        page = text_of(client.get(at(name, draft)))
        assert 'method="post" action="/policies/drafts/' not in page
    assert "起草" not in text_of(client.get(reverse("drafting:drafts"))).partition("page-actions")[2][:200]


def test_the_list_has_pages_and_a_bounded_number_of_queries(author, django_assert_num_queries):
    client = page_of(author)
    url = reverse("drafting:drafts")

    def more(count: int) -> None:
        for _ in range(count):
            start_draft(None, key=uuid.uuid4(), title="新文件", code="wx2026", act=act(author))

    more(1)
    client.get(url)
    with django_assert_num_queries(5):
        client.get(url)
    more(2)
    with django_assert_num_queries(5):
        client.get(url)
    more(PAGE_SIZE)
    first = client.get(url).context
    assert len(first["page"].rows) == PAGE_SIZE
    second = client.get(f"{url}?after={first['page'].next_cursor}").context
    assert (len(second["page"].rows), second["page"].next_cursor) == (3, "")


def test_a_page_of_a_draft_asks_the_same_for_many_sections(draft, author, django_assert_max_num_queries):
    client = page_of(author)
    client.get(at("draft", draft))
    for name, most in (("draft", 28), ("changes", 21), ("cases", 21)):
        with django_assert_max_num_queries(most):
            client.get(at(name, draft))


def test_the_home_page_names_what_waits(draft, author):
    second = admin()
    assert "没有等您核对或修改的" in text_of(page_of(second).get("/"))
    proposed(with_standard(draft, "6000", author), author)
    assert "请核对发布" in text_of(page_of(second).get("/"))
    assert "没有等您核对或修改的" in text_of(page_of(author).get("/"))


def test_a_document_that_moved_on_is_said(draft, author):
    other = proposed(with_standard(draft_of("wx2020", author), "6000", author), author)
    post(page_of(admin()), "decide", other, action="publish")
    assert PolicyDocument.objects.get(code="wx2020").texts.count() == 2
    assert "已有更新的版本" in text_of(page_of(author).get(at("draft", draft)))
