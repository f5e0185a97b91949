"""The programme part of the catalogue: what it says of the plans, and that a faulty one is refused with its remedy."""

from datetime import date

import pytest

from policies.engine import CatalogueError, load_catalogue, load_document

CATALOGUE = load_catalogue()
GOOD = """document:
  id: demo
  number: ""
  cites_as: 《示范方案》
  title: 示范方案
  short_title: 示范方案
  issuer: 示范市
  region_code: "320200"
  areas: [示范]
  issued_on: "2024-01-01"
  status: in_force
  effect: [{from: "2024-01-01"}]
  payer: unstated
  route: city
  source_note: 测试用
---
rule: demo-r-one
article: 第一条
title: 启动
modelled_as: programme phase
programme:
  from: "2024-01-01"
  to: "2024-04-01"
  tasks: [发布方案]
  owners:
    - {who: 市局, part: lead}
    - {who: 区政府, part: support, cite: 第三条}
---
rule: demo-r-two
article: 第二条
title: 实施
modelled_as: programme phase
programme:
  from: "2024-04-01"
  to: "2027-01-01"
  tasks: [推进, 评估]
---
rule: demo-r-report
article: 第三条
title: 年度报告
modelled_as: programme responsibility
programme:
  from: "2024-01-01"
  to: "2027-01-01"
  every: year
  tasks: [编写报告]
---
rule: demo-r-note
article: 第四条
title: 抬头
modelled_as: record
reason: 只作说明
"""

# name: (what is written, what stands there instead, the path, the words of the message, the words of the remedy)
FAULTS = {
    "no programme where one belongs": (
        'programme:\n  from: "2024-04-01"\n  to: "2027-01-01"\n  tasks: [推进, 评估]\n',
        "",
        "demo-r-two.programme",
        "缺少 programme",
        "起止、任务和责任方",
    ),
    "a programme where none belongs": (
        "modelled_as: record\n",
        'modelled_as: record\nprogramme: {from: "2024-01-01", to: "2027-01-01", every: once, tasks: [甲]}\n',
        "demo-r-note.programme",
        "没有 programme",
        "programme responsibility",
    ),
    "no mapping": (
        'programme:\n  from: "2024-04-01"\n  to: "2027-01-01"\n  tasks: [推进, 评估]\n',
        "programme: 三年\n",
        "demo-r-two.programme",
        "映射",
        "写出各键",
    ),
    "an unknown key": (
        "  tasks: [发布方案]\n",
        "  taks: [发布方案]\n",
        "taks",
        "没有 taks 这个键，是否为 tasks",
        "可用的键",
    ),
    "no tasks": ("  tasks: [发布方案]\n", "  tasks: []\n", "demo-r-one.programme.tasks", "列表太短", "至少填写 1"),
    "a task twice": ("[推进, 评估]", "[推进, 推进]", "demo-r-two.programme.tasks", "重复", "只保留一个"),
    "a date without quotes": (
        'from: "2024-01-01"\n  to: "2024-04-01"',
        'from: 2024\n  to: "2024-04-01"',
        ".from",
        "没有加引号",
        "引号",
    ),
    "a day there is not": ('to: "2024-04-01"', 'to: "2024-04-31"', "demo-r-one.programme.to", "无法读取", ""),
    "an end before the beginning": (
        'from: "2024-04-01"\n  to: "2027-01-01"',
        'from: "2024-04-01"\n  to: "2024-04-01"',
        "demo-r-two.programme.to",
        "不在开始日期之后",
        "结束后的第一天",
    ),
    "a phase without an end": (
        '  to: "2027-01-01"\n  tasks: [推进, 评估]',
        "  tasks: [推进, 评估]",
        "demo-r-two.programme.to",
        "须有结束日期",
        "结束后的第一天",
    ),
    "a yearly duty without an end": (
        '  to: "2027-01-01"\n  every: year',
        "  every: year",
        "demo-r-report.programme.to",
        "每年一次的职责须有结束日期",
        "结束后的第一天",
    ),
    "a phase with a rhythm": (
        "  tasks: [发布方案]\n",
        "  every: once\n  tasks: [发布方案]\n",
        "demo-r-one.programme.every",
        "阶段没有周期",
        "删去 every",
    ),
    "a duty without a rhythm": ("  every: year\n", "", "demo-r-report.programme.every", "职责没有周期", "每年一次"),
    "an unknown rhythm": ("every: year", "every: yaer", "demo-r-report.programme.every", "是否为 year", "once、year"),
    "no list of owners": (
        "    - {who: 市局, part: lead}\n    - {who: 区政府, part: support, cite: 第三条}\n",
        "    市局\n",
        "demo-r-one.programme.owners",
        "非空列表",
        "part: lead",
    ),
    "an owner without a part": (
        "{who: 市局, part: lead}",
        "{who: 市局}",
        "demo-r-one.programme.owners[0].part",
        "缺少 part",
        "补上",
    ),
    "an owner in an unknown part": (
        "part: support",
        "part: boss",
        "demo-r-one.programme.owners[1].part",
        "没有“boss”这个选项",
        "coordinate",
    ),
    "an owner twice": ("who: 区政府", "who: 市局", "demo-r-one.programme.owners[1]", "“市局”重复", "只保留一处"),
    "a gap between phases": (
        'from: "2024-04-01"\n',
        'from: "2024-04-02"\n',
        "demo-r-two.programme.from",
        "demo-r-one 之间有空档",
        "2024-04-01",
    ),
    "phases that share a day": (
        'from: "2024-04-01"\n',
        'from: "2024-03-31"\n',
        "demo-r-two.programme.from",
        "demo-r-one 重叠",
        "2024-04-01",
    ),
}


def read(text: str):
    return load_document(text, name="demo.yaml")


def test_a_sound_plan_is_read():
    rows = {row.id: row for row in read(GOOD).register}
    one = rows["demo-r-one"].programme
    assert (one.starts_on, one.ends_before, one.is_phase) == (date(2024, 1, 1), date(2024, 4, 1), True)
    assert [(owner.who, owner.part_label, owner.cite) for owner in one.owners] == [
        ("市局", "负责", ""),
        ("区政府", "参与", "第三条"),
    ]
    report = rows["demo-r-report"].programme
    assert (report.is_phase, report.rhythm_label, report.tasks, report.owners) == (False, "每年一次", ("编写报告",), ())
    assert rows["demo-r-note"].programme is None


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_plan_is_refused_with_file_line_and_remedy(name):
    written, instead, path, message, remedy = FAULTS[name]
    assert written in GOOD
    with pytest.raises(CatalogueError) as refused:
        read(GOOD.replace(written, instead, 1))
    problem = next(p for p in refused.value.problems if path in p.where)
    assert problem.file == "demo.yaml"
    assert problem.line > 15
    assert message in problem.message
    assert problem.remedy
    assert remedy in problem.remedy


def test_every_plan_of_the_catalogue_says_what_when_and_by_whom():
    rows = [row for row in CATALOGUE.register if row.modelled_as.startswith("programme")]
    assert len(rows) == 17
    assert all(row.programme and row.programme.tasks for row in rows)
    # The one document that names nobody for one of its duties.
    assert [row.id for row in rows if not row.programme.owners] == ["fj8-2-service"]


def test_a_duty_need_not_end():
    (row,) = (
        row
        for row in read(GOOD.replace('  to: "2027-01-01"\n  every: year', "  every: ongoing")).register
        if row.id == "demo-r-report"
    )
    assert row.programme.ends_before is None


def test_the_three_phases_of_binhu_fill_the_three_years():
    phases = [row.programme for row in CATALOGUE.register if row.modelled_as == "programme phase"]
    assert [(phase.starts_on, phase.ends_before) for phase in phases] == [
        (date(2024, 1, 1), date(2024, 4, 1)),
        (date(2024, 4, 1), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2027, 1, 1)),
    ]
