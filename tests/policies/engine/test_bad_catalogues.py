"""A catalogue text with a fault is refused as a whole, with the file, the line and the remedy."""

import re

import pytest

from policies.engine import CatalogueError, load_document
from policies.engine.vocabulary import read_vocabulary

HEADER = """document:
  id: demo
  number: 示办发〔2020〕1号
  title: 示范政策
  short_title: 示范政策
  issuer: 示范市
  region_code: "320200"
  areas: [示范]
  issued_on: "2020-03-10"
  status: in_force
  effect: [{from: "2020-03-10"}]
  payer: unstated
  route: city
  source_note: 测试用
"""
ITEM = """---
item: demo-01-inv
article: 第一条
title: 发明专利授权奖补
summary: 按件奖补。
kind: per_item
beneficiaries: [enterprise]
subject: patent_no
as_of: granted_on
facts: {required: [patent_no, patent_kind, granted_on, fees], optional: [interest_payments, drawn_on]}
evidence: {required: [certificate]}
conditions:
  - {code: KIND, text: 专利类型为发明, field: patent_kind, in: [invention]}
  - {code: YEARS, text: 第 7 年起, field: fee_year, at_least: 7}
steps:
  - {do: standard, yuan: "5000", nature: ceiling}
  - {do: cap_by, fields: [fees]}
  - {do: propose, field: requested}
limits:
  - {code: YEAR_CAP, yuan: "20000", per: [applicant, year]}
split: {city: "60%", rest: district, round: down}
"""
GOOD = HEADER + ITEM

# name: (what is written, what stands there instead, the words of the message, the words of the remedy)
FAULTS = {
    "duplicate key": ("title: 发明专利授权奖补\n", "title: 发明专利授权奖补\ntitle: 又一个\n", "重复", "只保留一个"),
    "duplicate key in a step": ('yuan: "5000", nature', 'yuan: "5000", yuan: "6000", nature', "重复", "只保留一个"),
    "unknown key of an item": ("kind: per_item\n", "kind: per_item\ncolour: red\n", "没有 colour 这个键", "可用的键"),
    "misspelt key": ("summary: 按件奖补。", "sumary: 按件奖补。", "是否为 summary", "可用的键"),
    "unknown key of a step": (
        "{do: cap_by, fields: [fees]}",
        "{do: cap_by, fields: [fees], twice: true}",
        "没有 twice",
        "可用的键",
    ),
    "unknown key of the document": ("  route: city\n", "  route: city\n  colour: red\n", "没有 colour", "可用的键"),
    "missing citation": ("article: 第一条\n", "", "缺少 article", "补上"),
    "missing title": ("title: 发明专利授权奖补\n", "", "缺少 title", "补上"),
    "missing evidence": ("evidence: {required: [certificate]}\n", "", "缺少 evidence", "补上"),
    "missing beneficiaries": ("beneficiaries: [enterprise]\n", "", "缺少 beneficiaries", "补上"),
    "missing date of the fact": ("as_of: granted_on\n", "", "缺少 as_of", "补上"),
    "missing issuer": ("  issuer: 示范市\n", "", "缺少 issuer", "补上"),
    "empty title": ("title: 发明专利授权奖补\n", 'title: ""\n', "应为非空文字", "填写文字"),
    "unknown verb": ("{do: cap_by, fields: [fees]}", "{do: eval, fields: [fees]}", "没有动词", "可选"),
    "verb that is no word": ("{do: cap_by, fields: [fees]}", "{do: [cap_by], fields: [fees]}", "没有动词", "可选"),
    "unknown kind of item": ("kind: per_item", "kind: per_moon", "没有“per_moon”", "可选"),
    "unknown kind of applicant": ("[enterprise]", "[martian]", "没有“martian”", "可选"),
    "unknown status": ("status: in_force", "status: alive", "没有“alive”", "可选"),
    "unknown nature": ("nature: ceiling", "nature: maybe", "没有“maybe”", "可选"),
    "unquoted decimal": ('yuan: "5000"', "yuan: 5000.50", "没有加引号", '带引号的 "5000.50"'),
    "unquoted whole sum": ('yuan: "5000"', "yuan: 5000", "没有加引号", "带引号"),
    "sum with three decimals": ('yuan: "5000"', 'yuan: "5000.001"', "无法读取", "两位小数"),
    "negative sum": ('yuan: "5000"', 'yuan: "-5000"', "无法读取", "负数"),
    "sum of nothing": ('yuan: "5000"', 'yuan: "0"', "金额为零", "大于零"),
    "sum past a trillion": ('yuan: "5000"', 'yuan: "1000000000001"', "无法读取", "核对单位"),
    "sum that overflows with its count": ('yuan: "5000"', 'yuan: "100000000000"', "溢出", "核对单位"),
    "ratio above one": ('city: "60%"', 'city: "160%"', "无法读取", "0 到 100%"),
    "ratio of nothing": ('city: "60%"', 'city: "0%"', "比例为零", "大于零"),
    "number of 5,000 digits": ('yuan: "5000"', f"yuan: {'9' * 5_000}", "数字太长", "18 位以内"),
    "ratio without quotes": ('city: "60%"', "city: 0.6", "没有加引号", '带引号的 "0.6"'),
    "date that does not exist": ('from: "2020-03-10"', 'from: "2020-02-30"', "无法读取", "没有 2020-02-30 这一天"),
    "date in another shape": ('issued_on: "2020-03-10"', 'issued_on: "2020/3/10"', "无法读取", "2021-05-10"),
    "end before the beginning": (
        '{from: "2020-03-10"}',
        '{from: "2020-03-10", to: "2020-03-10"}',
        "不在生效日期之后",
        "第一天",
    ),
    "no period of effect": ('[{from: "2020-03-10"}]', "[]", "没有生效期", "至少写一个"),
    "only a period with a guard": (
        '{from: "2020-03-10"}',
        '{from: "2020-03-10", if: {event_date: true}}',
        "不能带 if",
        "无条件",
    ),
    "two sources of the first day": (
        '{from: "2020-03-10"}',
        '{from: "2020-03-10", from_setting: issued}',
        "要么写明",
        "只写",
    ),
    "fact nobody has defined": (
        "patent_no, patent_kind",
        "patent_no, colour, patent_kind",
        "没有事实 colour",
        "facts.yaml",
    ),
    "fact listed twice": ("patent_no, patent_kind", "patent_no, fees, patent_kind", "事实 fees 重复", "只保留一个"),
    "rule about an unknown fact": ("fields: [fees]", "fields: [feees]", "feees 没有定义", "改正名称"),
    "evidence nobody has defined": ("[certificate]", "[diary]", "没有材料 diary", "evidence.yaml"),
    "setting nobody has defined": (
        "kind: per_item\n",
        "kind: per_item\nsettings: [whim]\n",
        "没有设置 whim",
        "默认值和来源",
    ),
    "guard that is no yes or no": (
        "{do: cap_by, fields: [fees]}",
        "{do: cap_by, fields: [fees], if: {event_date: 1}}",
        "true 或 false",
        "不加引号",
    ),
    "profile nobody has defined": (
        "item: demo-01-inv\n",
        "item: demo-01-inv\nlike: nobody\n",
        "没有模板 nobody",
        "可选",
    ),
    "date of the fact that is no date": ("as_of: granted_on", "as_of: fees", "不是日期", "类型为 date"),
    "date of the fact that is no fact": ("as_of: granted_on", "as_of: awarded_on", "没有列在 facts", "补上"),
    "subject that is no fact": ("subject: patent_no", "subject: madrid_no", "没有列在 facts", "补上"),
    "condition without a test": (
        "field: patent_kind, in: [invention]",
        "field: patent_kind",
        "恰好有一个检验",
        "可用的检验",
    ),
    "condition with two tests": ("at_least: 7", "at_least: 7, at_most: 9", "恰好有一个检验", "可用的检验"),
    "conditions that can never hold": (
        "field: fee_year, at_least: 7}",
        "field: fee_year, at_least: 7}\n  - {code: LESS, text: 不足 7 年, field: fee_year, under: 7}",
        "互相矛盾",
        "上下限",
    ),
    "choice that cannot be chosen": ("in: [invention]", "in: [trademark]", "不是 patent_kind 的选项", "可选"),
    "two conditions of one name": ("code: YEARS", "code: KIND", "代码 KIND 重复", "不同的代码"),
    "code in small letters": ("code: KIND", "code: kind", "不是合法的名称", "大写字母"),
    "second sum that hides the first": (
        "  - {do: cap_by",
        '  - {do: standard, yuan: "6000", nature: exact}\n  - {do: cap_by',
        "失效",
        "用 if 区分",
    ),
    "ceiling before there is a sum": (
        '  - {do: standard, yuan: "5000", nature: ceiling}\n  - {do: cap_by, fields: [fees]}',
        '  - {do: cap_by, fields: [fees]}\n  - {do: standard, yuan: "5000", nature: ceiling}',
        "之前没有定金额的步骤",
        "请先写",
    ),
    "ceiling that never binds": (
        "{do: cap_by, fields: [fees]}",
        '{do: at_most, yuan: "5000"}',
        "永远用不到",
        "删除这一步",
    ),
    "proposal below a fixed sum": ("nature: ceiling", "nature: exact", "定额没有", "删除 propose"),
    "window over rows nobody adds": (
        "  - {do: standard",
        "  - {do: window, rows: interest_payments, from: drawn_on, months: 12}\n  - {do: standard",
        "不会起作用",
        "之前",
    ),
    "window over something that has no rows": (
        "  - {do: standard",
        "  - {do: since_effect, rows: fees}\n  - {do: standard",
        "不是逐行填写",
        "rows",
    ),
    "ratio said twice": (
        '{do: standard, yuan: "5000", nature: ceiling}',
        '{do: rate_of, fields: [fees], ratio: "50%", ratio_setting: district_ratio, nature: ceiling}',
        "要么写明",
        "只写",
    ),
    "limit of an unknown bucket": ("per: [applicant, year]", "per: [year]", "没有“year”这样的范围", "可选"),
    "limit of two kinds": ('yuan: "20000", per', 'yuan: "20000", count: 3, per', "恰好写明一种", "之一"),
    "quota counted like times": (
        '{code: YEAR_CAP, yuan: "20000", per: [applicant, year]}',
        "{code: QUOTA, count: 3, per: [programme, year], tally: paid}",
        "计法不符",
        "lines",
    ),
    "tier that absorbs an item that is not there": (
        '{code: YEAR_CAP, yuan: "20000", per: [applicant, year]}',
        "{code: ABSORB, absorbs: demo-99-none}",
        "没有事项 demo-99-none",
        "较低档次",
    ),
    "tier that absorbs itself": (
        '{code: YEAR_CAP, yuan: "20000", per: [applicant, year]}',
        "{code: ABSORB, absorbs: demo-01-inv}",
        "不能吸收自己",
        "较低档次",
    ),
    "count of nothing": (
        '{code: YEAR_CAP, yuan: "20000", per: [applicant, year]}',
        "{code: TIMES, count: 0, per: [applicant], tally: paid}",
        "超出范围",
        "1 到",
    ),
    "two versions on one day": (ITEM, ITEM + ITEM, "时间上重叠", "截止日期"),
    "item that is a rule too": (
        ITEM,
        ITEM + "---\nrule: demo-01-inv\narticle: 第一条\ntitle: 规则\nmodelled_as: split\n",
        "既是事项又是规则",
        "只保留一处",
    ),
    "anchor": ("facts: {required", "facts: &all {required", "锚点", "原样写出"),
    "alias": ("[certificate]", "[*all]", "别名", "原样写出"),
    "tag": ("title: 发明专利授权奖补\n", "title: !!python/name:os.system x\n", "标签", "删除标签"),
    "yes that may mean true": ("[certificate]", "[yes]", "含义不明确", "加引号"),
    "broken indentation": ("conditions:\n", "conditions: [\n", "不是合法的 YAML", "缩进"),
    "control character": ("示范政策", "示范\x07政策", "不能出现的字符", "UTF-8"),
    "item before the document": (GOOD, ITEM.removeprefix("---\n"), "第一段应是 document", "请先写明"),
    "list where a mapping belongs": (
        "evidence: {required: [certificate]}",
        "evidence: [certificate]",
        "映射",
        "请按文档",
    ),
    "mapping where a list belongs": ("[enterprise]", "{enterprise: true}", "应为列表", "每行"),
}


def test_the_text_that_the_faults_are_put_into_is_sound() -> None:
    loaded = load_document(GOOD, name="demo.yaml")

    assert [item.id for item in loaded.items] == ["demo-01-inv"]
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_file_line_and_remedy(name: str) -> None:
    sound, faulty, message, remedy = FAULTS[name]
    assert sound in GOOD

    with pytest.raises(CatalogueError) as refusal:
        load_document(GOOD.replace(sound, faulty, 1), name="demo.yaml")

    found = [
        problem
        for problem in refusal.value.problems
        if message in problem.message and remedy in problem.remedy + problem.message
    ]
    assert found, str(refusal.value)
    assert found[0].file == "demo.yaml"
    assert re.match(r"demo\.yaml(:[0-9]+)? ", str(found[0]))
    if name != "control character":
        assert found[0].line > 0


def test_the_line_is_the_line_of_the_fault() -> None:
    text = GOOD.replace('yuan: "20000"', 'yuan: "20000.555"')
    line = text.split("\n").index('  - {code: YEAR_CAP, yuan: "20000.555", per: [applicant, year]}') + 1

    with pytest.raises(CatalogueError) as refusal:
        load_document(text, name="demo.yaml")

    assert [problem.line for problem in refusal.value.problems] == [line]


def test_every_fault_of_a_text_is_told_at_once() -> None:
    text = (
        GOOD.replace('yuan: "5000"', 'yuan: "-1"')
        .replace("kind: per_item", "kind: gift")
        .replace("article: 第一条\n", "")
    )

    with pytest.raises(CatalogueError) as refusal:
        load_document(text, name="demo.yaml")

    assert {problem.path[-1] for problem in refusal.value.problems} >= {"article", "kind"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("settings:\n  whim: {label: 随意, kind: boolean, default: null, source: 无}\n", "没有选定"),
        ("settings:\n  whim: {label: 随意, kind: mood, default: true, source: 无}\n", "没有“mood”"),
        ("settings:\n  whim: {label: 随意, kind: boolean, default: true}\n", "缺少 source"),
        ("facts:\n  colour: {label: 颜色, type: shade}\n", "没有“shade”"),
        ("facts:\n  colour: {label: 颜色, type: choice}\n", "必须有选项"),
        ("facts:\n  colour: {label: 颜色, type: rows}\n", "必须有列"),
        ("facts:\n  colour: {type: text}\n", "缺少 label"),
        ("evidence:\n  diary: {help: 日记}\n", "缺少 label"),
    ],
)
def test_a_fault_of_the_shared_words_is_refused(text: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        read_vocabulary({"shared.yaml": text})
