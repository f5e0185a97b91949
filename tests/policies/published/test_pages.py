"""Public pages of the catalogue: what strangers read, and the calculators they use without signing in."""

import re
from datetime import date

import pytest
from django.urls import reverse

from policies.published.forms import MAX_LINES
from policies.published.models import ItemVersion, PolicyDocument, SupportItem
from policies.published.selectors import claimable_items
from portal.accounts.enums import Role
from tests.factories import make_member, make_official, open_claimable, publish_documents, wuxi

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module", autouse=True)
def published(module_transaction) -> None:
    publish_documents("wx2020", "lyg")
    open_claimable()


def calculator(client, code, *, htmx_target="", **data):
    """Post to a calculator, as a browser with htmx would when a target is named."""
    headers = {"HX-Request": "true", "HX-Target": htmx_target} if htmx_target else {}
    return client.post(reverse("policies:calculator", args=[code]), data, headers=headers)


def text_of(response) -> str:
    """A page's words, with markup and doubled spaces gone."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_list_shows_each_document_with_its_status_and_items(client):
    page = text_of(client.get(reverse("policies:documents")))
    assert "锡政办发〔2020〕11号" in page
    assert "现行有效" in page
    assert "征求意见稿 仅供测算" in page
    assert "每件最高 5,000 元" in page
    assert page.index("锡政办发〔2020〕11号") < page.index("征求意见稿 仅供测算")


def test_searching_finds_items_by_name_and_leaves_out_the_rest(client):
    page = text_of(client.get(reverse("policies:documents"), {"q": "贷款"}))
    assert "知识产权质押贷款贴息" in page
    assert "外观设计专利授权奖补" not in page


def test_all_words_of_a_search_must_be_found(client):
    page = text_of(client.get(reverse("policies:documents"), {"q": "发明 年费"}))
    assert "第7—9年年费" in page
    assert "外观设计" not in page


def test_a_search_without_a_hit_says_what_to_do(client):
    page = text_of(client.get(reverse("policies:documents"), {"q": "火箭"}))
    assert "没有找到这样的事项" in page
    assert "看全部事项" in page


def test_a_search_is_shown_as_text_and_never_as_markup(client):
    response = client.get(reverse("policies:documents"), {"q": "<b>专利</b>"})
    assert b"<b>" not in response.content


def test_the_list_costs_the_same_whatever_it_holds(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(reverse("policies:documents"))
    PolicyDocument.objects.filter(code="lyg").update(status="ended")
    SupportItem.objects.filter(document__code="wx2020").exclude(code="wx2020-01-inv").update(claimable=False)
    with django_assert_num_queries(2):
        client.get(reverse("policies:documents"))


def test_a_document_shows_its_items_by_article_with_sums(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = text_of(client.get(reverse("policies:document", args=["wx2020"])))
    assert "无锡市人民政府办公室" in page
    assert page.index("第一条") < page.index("第四条") < page.index("第五条")
    assert "每件最高 5,000 元" in page


def test_a_draft_says_that_it_can_only_be_computed_with(client):
    for url in (
        reverse("policies:document", args=["lyg"]),
        reverse("policies:item", args=["lyg-08-loan"]),
        reverse("policies:calculator", args=["lyg-08-loan"]),
    ):
        assert "征求意见稿，仅供测算" in text_of(client.get(url))


def test_an_item_tells_who_how_much_what_evidence_and_on_which_basis(client):
    page = text_of(client.get(reverse("policies:item", args=["wx2020-01-inv"])))
    for words in (
        "每件最高 5,000.00 元",
        "申请人为企业",
        "授权公告日不早于 2020-03-10",
        "权利证书",
        "锡政办发〔2020〕11号 第一条第1款第1项",
        "区级初审、市级复审",
        "同一件专利只支持一次",
        "国防专利",
        "以审定为准",
    ):
        assert words in page, words


def test_an_item_can_be_claimed_from_its_page_unless_it_is_a_drafts_or_one_is_an_official(client):
    item, draft = (reverse("policies:item", args=[code]) for code in ("wx2020-01-inv", "lyg-08-loan"))
    assert "立即申报" in text_of(client.get(item))
    assert "立即申报" not in text_of(client.get(draft))
    client.force_login(make_member())
    assert "立即申报" in text_of(client.get(item))
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    assert "立即申报" not in text_of(client.get(item))


def test_an_item_page_asks_little_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get(reverse("policies:item", args=["wx2020-01-inv"]))


@pytest.mark.parametrize(
    "url", ["/policies/items/nothing/", "/policies/items/nothing/calculator/", "/policies/nothing/"]
)
def test_what_is_not_there_is_not_found(client, url):
    assert client.get(url).status_code == 404


def test_every_item_has_a_calculator_that_opens_and_answers_an_empty_form(client):
    for item in SupportItem.objects.all():
        assert client.get(reverse("policies:calculator", args=[item.code])).status_code == 200
        response = calculator(client, item.code, lines="1")
        assert response.status_code == 200
        assert "填写后，这里会显示金额" in text_of(response)


def test_a_calculator_shows_amount_steps_shares_and_that_the_decision_counts(client):
    response = calculator(
        client,
        "wx2020-01-inv",
        lines="1",
        kind="enterprise",
        **{"line-0-granted_on": "2021-05-10", "line-0-fees": "4,999.99"},
    )
    page = text_of(response)
    assert "4,999.99 元" in page
    assert "2,999.99 元" in page  # the city's 60 per cent, cut down to the fen
    assert "2,000.00 元" in page
    assert "不超过实际费用 4,999.99 元" in page
    assert "以审定为准" in page
    assert response.context["answer"]["amount"] == "4999.99"


def test_a_person_gets_half(client):
    response = calculator(
        client,
        "wx2020-01-inv",
        lines="1",
        kind="individual",
        **{"line-0-granted_on": "2021-05-10", "line-0-fees": "9000"},
    )
    assert response.context["answer"]["amount"] == "2500.00"


def test_an_applicant_outside_the_circle_learns_why(client):
    response = calculator(
        client,
        "wx2020-05-loan",
        lines="1",
        kind="individual",
        **{
            "line-0-repaid_on": "2021-05-10",
            "line-0-interest_payments-0-paid_on": "2021-01-01",
            "line-0-interest_payments-0-amount": "100",
        },
    )
    assert response.context["answer"]["outcome"] == "refused"
    assert "个人不在其内" in text_of(response)


def test_several_lines_add_up_and_blank_ones_count_for_nothing(client):
    response = calculator(
        client,
        "wx2020-01-inv",
        lines="3",
        **{
            "line-0-granted_on": "2021-05-10",
            "line-0-fees": "5000",
            "line-2-granted_on": "2021-06-10",
            "line-2-fees": "3000",
        },
    )
    assert response.context["answer"]["amount"] == "8000.00"


def test_a_missing_fact_is_named_in_words(client):
    response = calculator(client, "wx2020-01-inv", lines="1", **{"line-0-granted_on": "2021-05-10"})
    page = text_of(response)
    assert response.context["answer"]["outcome"] == "undetermined"
    assert "费用合计" in page
    assert "（fees）" not in page


def test_bad_input_is_named_at_its_field_and_the_rest_is_still_computed(client):
    response = calculator(
        client,
        "wx2020-01-inv",
        lines="2",
        **{
            "line-0-granted_on": "2021-05-10",
            "line-0-fees": "5000",
            "line-1-granted_on": "2021-02-30",
            "line-1-fees": "五千",
        },
    )
    page = text_of(response)
    assert "第 2 项 费用合计 ：“五千”不是金额" in page
    assert "没有 2021 年 2 月 30 日这一天" in page
    content = response.content.decode()
    assert re.search(r'id="fault-id_line-1-fees">“五千”不是金额', content)
    assert re.search(r'id="fault-id_line-0-fees"></div>', content)
    assert 'value="五千"' in content
    assert 'href="#id_line-1-fees"' in content
    assert 'id="id_line-1-fees"' in content


def test_a_bad_cell_of_a_table_is_named_with_its_row(client):
    response = calculator(
        client,
        "wx2020-05-loan",
        lines="1",
        **{"line-0-interest_payments-0-paid_on": "2021-01-01", "line-0-interest_payments-0-amount": "-1"},
    )
    assert "已付利息第 1 行 ：金额不能是负数" in text_of(response)


def test_an_empty_cell_of_a_row_that_is_begun_is_named_as_its_table_is_not_counted(client):
    half = calculator(client, "wx2020-05-loan", lines="1", **{"line-0-interest_payments-1-amount": "10000.01"})
    assert "没有填完，没有计入： 已付利息第 1 行 ：请填写" in text_of(half)


def test_lines_are_added_and_removed_with_what_was_typed(client):
    typed = {"lines": "2", "line-0-fees": "1", "line-1-fees": "2"}
    added = calculator(client, "wx2020-01-inv", add="1", **typed)
    assert [line.reading.values.get("fees") for line in added.context["calculator"].lines] == ["1.00", "2.00", ""]
    removed = calculator(client, "wx2020-01-inv", drop="0", **typed)
    assert [line.reading.values.get("fees") for line in removed.context["calculator"].lines] == ["2.00"]


def test_the_last_line_cannot_be_removed_and_there_are_not_endlessly_many(client):
    one = calculator(client, "wx2020-01-inv", lines="1", drop="0")
    assert len(one.context["calculator"].lines) == 1
    for lines in ("999", "20", "-5", "x", "٣"):
        filled = calculator(client, "wx2020-01-inv", lines=lines, add="1").context["calculator"]
        assert 1 <= len(filled.lines) <= MAX_LINES
    assert "再加一项" not in text_of(calculator(client, "wx2020-01-inv", lines="20"))


def test_more_rows_of_a_table_can_be_asked_for(client):
    url = {"lines": "1", "line-0-interest_payments-0-amount": "5"}
    few = calculator(client, "wx2020-05-loan", **url).content.decode()
    more = calculator(client, "wx2020-05-loan", action="rows:line-0-interest_payments", **url).content.decode()
    assert "line-0-interest_payments-3-amount" not in few
    assert "line-0-interest_payments-3-amount" in more


def test_a_drafts_assumed_day_decides_and_a_bad_one_is_refused(client):
    facts = {
        "lines": "1",
        "line-0-drawn_on": "2024-08-01",
        "line-0-repaid_on": "2025-08-01",
        "line-0-interest_payments-0-paid_on": "2025-01-01",
        "line-0-interest_payments-0-amount": "100000",
    }
    early = calculator(client, "lyg-08-loan", issued="2024-07-01", **facts)
    assert early.context["answer"]["amount"] == "30000.00"
    late = calculator(client, "lyg-08-loan", issued="2026-01-01", **facts)
    assert late.context["answer"]["outcome"] == "refused"
    bad = calculator(client, "lyg-08-loan", issued="明天", **facts)
    assert "answer" not in bad.context
    assert "假定印发日期 ：不是日期" in text_of(bad)


def test_typing_replaces_the_answer_and_the_places_of_faults_only(client):
    response = calculator(client, "wx2020-01-inv", htmx_target="answer", lines="1", **{"line-0-fees": "x"})
    content = response.content.decode()
    assert "<html" not in content
    assert "<form" not in content
    assert re.search(r'id="fault-id_line-0-fees"\s+hx-swap-oob="true">“x”不是金额', content)


def test_a_pressed_button_replaces_the_form_and_the_answer(client):
    response = calculator(client, "wx2020-01-inv", htmx_target="calculator", lines="1", add="1")
    content = response.content.decode()
    assert "<html" not in content
    assert content.count("<fieldset") == 2
    assert 'id="answer" hx-swap-oob="true"' in content


def test_computing_leaves_nothing_behind(client, django_assert_num_queries):
    typed = {"lines": "1", "line-0-granted_on": "2021-05-10", "line-0-fees": "5"}
    calculator(client, "wx2020-01-inv", **typed)
    with django_assert_num_queries(6):
        calculator(client, "wx2020-01-inv", **typed)
    assert not client.session.items()


def test_claimable_items_are_those_in_force_and_of_the_region(django_assert_num_queries):
    with django_assert_num_queries(1):
        cards = claimable_items(TODAY)
    assert cards[0].item.code == "wx2020-01-inv"
    assert all(card.item.document.code == "wx2020" for card in cards)
    assert claimable_items(TODAY, region="320211") == cards
    assert claimable_items(TODAY, region="320500") == []
    assert claimable_items(date(2020, 3, 9)) == []


def test_only_the_newest_version_of_an_item_is_offered():
    version = ItemVersion.objects.get(item__code="wx2020-01-inv")
    newer = ItemVersion.objects.create(
        item=version.item, number=2, valid_from=version.valid_from, content=version.content, hash="1" * 64
    )
    offered = [card.version for card in claimable_items(TODAY) if card.item.code == "wx2020-01-inv"]
    assert offered == [newer]
