"""Full-text search over items: what is found by which words, in which order, and how it is shown."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from policies.published.models import SupportItem
from policies.published.searchtext import MAX_WORDS, fold, highlight, query_words
from policies.published.selectors import MAX_HITS, find_items
from tests.factories import publish_documents

SEARCH = reverse("policies:documents")


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def published(module_transaction) -> None:
    publish_documents("wx2020", "lyg")


def codes(query: str) -> list[str]:
    return [hit.item.code for hit in find_items(query).hits]


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("外观设计", "wx2020-01-design"),  # title
        ("第一条第1款第4项", "wx2020-01-pct"),  # article
        ("锡政办发〔2020〕11号 马德里", "wx2020-01-madrid"),  # number of the document
        ("欧洲专利按一件计", "wx2020-01-pct"),  # condition
        ("放款凭证", "wx2020-05-loan"),  # evidence
        ("5000元 发明", "wx2020-01-inv"),  # amount
        ("5,000 元 发明", "wx2020-01-inv"),
        ("金融机构", "wx2020-05-riskcomp"),  # beneficiaries
        ("国际注册号", "wx2020-01-madrid"),  # the fact that makes two claims the same
    ],
)
def test_an_item_is_found_by_each_of_its_texts(published, query, code):
    assert code in codes(query)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("GB/T 29490", "wx2020-04-gb"),
        ("gb/t29490", "lyg-20-gb"),
        ("ＧＢ／Ｔ　２９４９０", "wx2020-04-gb"),
        ("贷款贴息", "lyg-08-loan"),
        ("质押融资", "wx2020-05-loan"),
        ("海外专利", "wx2020-01-pct"),
        ("pct", "wx2020-01-pct"),
        ("打官司", "wx2020-13-defend"),
    ],
)
def test_other_words_for_the_same_thing_and_other_writings_of_them_find_it_too(published, query, code):
    assert code in codes(query)


def test_all_words_must_be_found_in_any_order(published):
    assert codes("发明 年费") == codes("年费　发明")
    assert "wx2020-01-maint" in codes("发明 年费")
    assert "wx2020-01-design" not in codes("发明 年费")
    assert codes("发明 火箭") == []


def test_a_word_in_the_title_comes_before_one_in_the_summary_and_that_before_all_others(published):
    found = codes("外观设计")
    assert found[0] == "wx2020-01-design"
    SupportItem.objects.filter(code="wx2020-15-gi").update(
        search_text="地理标志\n外观设计", search_key="地理标志\n外观设计"
    )
    assert codes("外观设计")[:2] == ["wx2020-01-design", "wx2020-15-gi"]
    assert len(found) < len(codes("外观设计"))


def test_of_equal_hits_what_can_be_claimed_comes_before_a_draft(published):
    found = codes("马德里")
    assert found.index("wx2020-01-madrid") < found.index("lyg-02-madrid")


def test_an_item_that_changed_is_found_by_its_new_words_after_the_next_publication(published):
    SupportItem.objects.filter(code="wx2020-01-inv").update(search_text="旧", search_key="旧")
    assert "wx2020-01-inv" not in codes("发明专利授权")
    publish_documents("wx2020")
    assert "wx2020-01-inv" in codes("发明专利授权")


def test_hits_are_marked_and_everything_is_escaped(published, client):
    SupportItem.objects.filter(code="wx2020-01-inv").update(
        title="<i>发明</i>专利", search_text="<i>发明</i>专利\n", search_key="<i>发明</i>专利\n"
    )
    page = client.get(SEARCH, {"q": "发明"}).content.decode()
    assert "&lt;i&gt;<mark>发明</mark>&lt;/i&gt;专利" in page
    assert "<i>发明" not in page
    assert b"<script>" not in client.get(SEARCH, {"q": "<script>发明"}).content


def test_a_hit_outside_the_title_shows_the_text_that_holds_it(published, client):
    page = text_of(client.get(SEARCH, {"q": "放款凭证"}))
    assert "材料：放款凭证" in page


def test_a_search_without_a_hit_says_what_to_do(published, client):
    page = text_of(client.get(SEARCH, {"q": "火箭"}))
    assert "没有找到这样的事项" in page
    assert "换个说法" in page


@pytest.mark.parametrize("query", ["！！", "%", "_", "\\", "'", '"', "，，，", "*" * 4000, "专" * 4000, "专 利 " * 900])
def test_odd_and_endless_searches_are_answered(published, client, query):
    assert client.get(SEARCH, {"q": query}).status_code == 200


def test_signs_that_a_database_reads_as_wildcards_are_plain_signs(published):
    assert codes("1_/") == []
    assert codes("50%") != codes("50")


def test_a_search_costs_one_query_and_another_where_it_finds_nothing(published, client, django_assert_num_queries):
    for query, queries in (("火箭", 2), ("外观设计", 1), ("专利", 1)):
        with django_assert_num_queries(queries):
            client.get(SEARCH, {"q": query})


def test_a_broad_search_shows_the_best_and_says_how_many_there_are(published, client):
    found = find_items("知识产权")
    assert len(found.hits) == MAX_HITS < found.total
    assert f"找到 {found.total} 个事项" in text_of(client.get(SEARCH, {"q": "知识产权"}))


# ---- the words themselves -------------------------------------------------------------------------
def test_writings_of_one_word_have_one_form():
    assert fold("ＧＢ／Ｔ 29490－2013，优") == fold("gb/t29490-2013优")


@given(st.text(max_size=200))
def test_any_query_gives_few_words_none_of_them_empty(query):
    words = query_words(query)
    assert len(words) <= MAX_WORDS
    assert all(other for word in words for other in word)


@given(
    st.text(alphabet="专利 ＰＣＴpct，,1０<&㎡ﬃ", max_size=60), st.text(alphabet="专利pct1fi", min_size=1, max_size=4)
)
def test_marking_keeps_the_text_and_marks_only_what_was_asked_for(text, word):
    fragments = highlight(text, query_words(word))
    assert "".join(part.text for part in fragments) == text
    assert any(part.is_hit for part in fragments) == (fold(word) in fold(text) and bool(query_words(word)))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("马得里", "wx2020-01-madrid"),
        ("madrid", "wx2020-01-madrid"),
        ("质压贷款", "wx2020-05-loan"),
        ("质呀贷款", "wx2020-05-loan"),
        ("zhiya daikuan", "wx2020-05-loan"),
        ("faming zhuanli", "wx2020-01-inv"),
        ("guanbiao", "wx2020-04-gb"),
        ("gbt29490", "wx2020-04-gb"),
        ("锡政办发[2020]11号 马德里", "wx2020-01-madrid"),
        ("专利补贴", "wx2020-01-inv"),
        ("《专利》补贴？", "wx2020-01-inv"),
        ("专利—资助", "wx2020-01-inv"),
        ("GB/T 29490-2099", "wx2020-04-gb"),
        ("知识产权贯标认证补贴", "wx2020-04-gb"),
    ],
)
def test_words_people_use_find_what_the_texts_call_otherwise(published, query, code):
    assert any(found.startswith(code[:9]) for found in codes(query))
