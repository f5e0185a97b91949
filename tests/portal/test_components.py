"""Components: what they draw, and that they escape what they are given."""

import re

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory


def draw(source: str, **context: object) -> str:
    return re.sub(r"\s+", " ", Template(source).render(Context(context)))


# ---- breadcrumb ------------------------------------------------------------------------------------
def test_a_breadcrumb_links_every_step_but_the_page_itself():
    nav = draw(
        '{% breadcrumb %}{% crumb "政策" "policies:documents" %}{% crumb name "policies:document" "wx2020" %}'
        "{% crumb here %}{% endbreadcrumb %}",
        name="甲<乙",
        here="事项",
    )
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', nav) == [
        ("/policies/", "政策"),
        ("/policies/wx2020/", "甲&lt;乙"),
    ]
    assert '<li class="breadcrumb-item active" aria-current="page">事项</li>' in nav


def test_a_page_without_steps_has_no_breadcrumb():
    assert draw("{% breadcrumb %} {% endbreadcrumb %}") == ""


# ---- components with slots -------------------------------------------------------------------------
def test_a_slot_gives_an_argument_as_markup_and_the_rest_of_the_block_is_the_content():
    head = draw(
        '{% component "components/page_header.html" title=title %}{% slot "lead" %}<b>{{ lead }}</b>{% endslot %}'
        '<a href="/x/">去</a>{% endcomponent %}',
        title="甲<乙",
        lead="说<明",
    )
    assert '<h1 class="page-title">甲&lt;乙</h1>' in head
    assert '<p class="page-lead"><b>说&lt;明</b></p>' in head
    assert re.search(r'<div class="page-actions">\s*<a href="/x/">去</a>\s*</div>', head)


def test_a_component_sees_its_own_arguments_only():
    head = draw(
        '{% component "components/page_header.html" title="题" %}{% endcomponent %}',
        lead="页面自己的",
        kicker="页面自己的",
    )
    assert "页面自己的" not in head
    assert "page-actions" not in head


def test_slots_belong_to_the_innermost_component():
    table = draw(
        '{% component "components/stacked_table.html" columns="甲" %}<tr><td>'
        '{% component "components/page_header.html" title="题" %}'
        '{% slot "lead" %}说明{% endslot %}{% endcomponent %}</td></tr>{% endcomponent %}'
    )
    assert '<p class="page-lead">说明</p>' in table


def test_an_argument_without_a_name_is_refused():
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        Template('{% component "components/page_header.html" "题" %}{% endcomponent %}')


# ---- stacked table ---------------------------------------------------------------------------------
TABLE = '{% component "components/stacked_table.html" columns="申报 | 金额 > | (操作)" %}{{ rows }}{% endcomponent %}'


def drawn_cells(rows: str, columns: str = "申报 | 金额 > | (操作)") -> list[str]:
    source = '{% component "components/stacked_table.html" columns=columns %}' + rows + "{% endcomponent %}"
    return re.findall(r"<td[^>]*>", draw(source, columns=columns))


def test_each_cell_gets_label_and_alignment_of_its_column():
    rows = '<tr><td>1</td><td class="num">2</td><td>3</td></tr>' * 2
    cells = ['<td data-label="申报">', '<td class="text-end num" data-label="金额">', "<td>"]
    assert drawn_cells(rows) == cells * 2


def test_a_cell_keeps_its_own_label_and_one_over_several_columns_gets_none():
    assert drawn_cells('<tr><td data-label="名">1</td></tr><tr><td colspan="2">1</td><td>2</td></tr>') == [
        '<td data-label="名">',
        '<td colspan="2">',
        "<td>",
    ]


def test_the_head_of_a_row_counts_as_a_cell_and_carries_no_label():
    table = draw(TABLE.replace("{{ rows }}", '<tr><th scope="row">甲</th><td>2</td></tr>'))
    assert '<th scope="row">甲</th>' in table
    assert '<td class="text-end" data-label="金额">' in table


def test_heads_are_aligned_or_hidden_as_the_columns_say_and_an_empty_part_is_no_column():
    head = draw(
        '{% component "components/stacked_table.html" columns=columns %}{% endcomponent %}',
        columns="申报 | 金额 > | (操作) | ",
    )
    assert re.findall(r"<th [^>]*>(.*?)</th>", head) == ["申报", "金额", '<span class="visually-hidden">操作</span>']
    assert head.count("text-end") == 1


def test_names_of_columns_are_escaped():
    table = draw(TABLE.replace('"申报 | 金额 > | (操作)"', "columns"), columns='<b>"甲" >', rows="")
    assert "<b>" not in table
    assert drawn_cells("<tr><td></td></tr>", '<b>"甲" >') == [
        '<td class="text-end" data-label="&lt;b&gt;&quot;甲&quot;">'
    ]


# ---- included components ---------------------------------------------------------------------------
def test_words_in_a_component_are_escaped():
    assert "&lt;b&gt;" in draw("{% pill words %}", words="<b>")
    page = draw('{% include "components/alert.html" with title=words text=words %}', words="<b>")
    assert "<b>" not in page


def test_an_error_box_is_announced_and_says_the_remedy():
    box = draw('{% include "components/alert.html" with tone="bad" title="号码不对" remedy="请核对最后一位" %}')
    assert 'role="alert"' in box
    assert "怎么办：" in box
    assert "请核对最后一位" in box


def test_an_empty_list_has_words_and_a_next_step():
    box = draw(
        '{% include "components/empty_state.html" with title="没有草稿" text="先选事项" url="/x/" action="去选" %}'
    )
    assert "没有草稿" in box
    assert '<a class="btn btn-primary" href="/x/">去选</a>' in box


def test_pages_keep_their_filters_when_turned():
    request = RequestFactory().get("/list/", {"q": "专利", "after": "a"})
    bar = Template('{% include "components/pagination.html" %}').render(
        RequestContext(request, {"after": "a", "next_cursor": "b"})
    )
    assert "after=b" in bar
    assert "q=%E4%B8%93%E5%88%A9" in bar
    assert "回到第一页" in bar
    last = Template('{% include "components/pagination.html" %}').render(
        RequestContext(request, {"after": "a", "next_cursor": ""})
    )
    assert "已到最后一页" in last
