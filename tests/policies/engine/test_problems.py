"""Problems as codes: every code has words in both registers, uses its parameters, and a place that leads to a line."""

import importlib
import json
import re
from pathlib import Path

import pytest

import policies
from policies.engine import CatalogueError, Problem, load_document
from policies.engine.problems import CODES, Fault, as_written, problem_at, problem_code
from policies.engine.source import read_source
from tests.policies.engine.test_bad_catalogues import FAULTS, GOOD

ROOT = Path(policies.__path__[0]).parent
# Every module that defines codes is imported, so that CODES is complete.
for path in (*ROOT.glob("policies/**/*.py"), *ROOT.glob("review/**/*.py")):
    if "problem_code(" in path.read_text("utf-8"):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))

FILE_WORDS = re.compile(r"引号|YAML|键|映射|字符串|[A-Za-z_]{2,}")


def shown(code):
    """The words of a code for a form, where every parameter is named 甲."""
    params = dict.fromkeys(code.parameters, "甲")
    return Fault(code, params).in_form("乙", lambda text, _kind: text)


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_code_has_words_in_both_registers(name):
    code = CODES[name]
    assert code.name == name
    assert code.message
    assert code.remedy
    assert not code.message.endswith("。")
    assert not code.remedy.endswith("。")
    assert code.form.endswith("。")


@pytest.mark.parametrize("name", sorted(CODES))
def test_a_form_never_speaks_of_files(name):
    assert not FILE_WORDS.search(shown(CODES[name])), shown(CODES[name])


@pytest.mark.parametrize("name", FAULTS)
def test_the_parameters_of_a_problem_are_plain_data(name):
    sound, faulty, _, _ = FAULTS[name]
    with pytest.raises(CatalogueError) as refused:
        load_document(GOOD.replace(sound, faulty, 1), name="demo.yaml")
    for problem in refused.value.problems:
        params = dict(problem.fault.params)
        assert json.loads(json.dumps(params)) == {
            key: list(value) if isinstance(value, tuple) else value for key, value in params.items()
        }


def test_a_code_takes_just_the_parameters_that_its_words_use():
    code = problem_code("test_takes", "没有 {key}", "可选：{known}", form="{here}：没有“{key:key}”。")
    try:
        assert code.parameters == {"key", "known"}
        assert code.fault(key="a", known=["b", "c"]).message == "没有 a"
        assert str(code.fault(key="a", known=["b", "c"])) == "可选：b、c"
        with pytest.raises(TypeError):
            code.fault(key="a")
        with pytest.raises(TypeError):
            code.fault(key="a", known=[], more=1)
    finally:
        del CODES["test_takes"]


def test_a_code_is_defined_once():
    code = problem_code("test_once", "甲", "乙", form="丙。")
    try:
        assert problem_code("test_once", "甲", "乙", form="丙。") == code
        with pytest.raises(ValueError, match="test_once"):
            problem_code("test_once", "丁", "乙", form="丙。")
    finally:
        del CODES["test_once"]


def test_a_form_shows_labels_where_a_file_shows_names():
    fault = CODES["not_set_yet"].fault(operation="cap_by", setters=["standard", "title"])
    labels = {"cap_by": "不超过某些费用", "standard": "按标准定额", "title": "认定称号"}

    def speak(text, kind):
        assert kind == "operation"
        return labels[text]

    assert fault.in_form("第 1 步", speak) == (
        "“不超过某些费用”之前没有定金额的步骤，请先添加“按标准定额、认定称号”之一。"
    )
    assert fault.message == "cap_by 之前没有定金额的步骤"
    assert fault.remedy == "请先写 standard、title 之一"
    assert CODES["missing"].fault(key="yuan").in_form("金额（元）", as_written) == "请填写金额（元）。"


TEXT = """document:
  id: demo
---
item: demo-01
steps:
  - do: scale
    only:
      field: applicant_kind
      in:
        - individual
        - martian
  - {do: propose}
"""


@pytest.mark.parametrize(
    ("at", "where", "line"),
    [
        ((), "", 0),
        ((0, "document", "id"), "document.id", 2),
        # A key that is missing is noted where its mapping begins.
        ((0, "document", "title"), "document.title", 2),
        ((1,), "demo-01", 4),
        ((1, "title"), "demo-01.title", 4),
        ((1, "steps"), "demo-01.steps", 5),
        ((1, "steps", 0, "only", "in"), "demo-01.steps[0].only.in", 9),
        ((1, "steps", 0, "only", "in", 1), "demo-01.steps[0].only.in[1]", 11),
        ((1, "steps", 1), "demo-01.steps[1]", 12),
        ((1, "steps", 1, "field"), "demo-01.steps[1].field", 12),
        ((1, "steps", 7), "demo-01.steps[7]", 6),
        ((9, "title"), "title", 0),
    ],
)
def test_a_place_leads_to_its_line(at, where, line):
    problem = problem_at(read_source(TEXT, "demo.yaml"), "demo.yaml", at, CODES["zero_sum"].fault())
    assert (problem.where, problem.line) == (where, line)
    assert (problem.section, problem.path) == ((at[0], at[1:]) if at else (None, ()))


def test_sections_without_lines_have_places_all_the_same():
    sections = [{"document": {}}, {"item": "demo-01", "steps": [{"do": "scale"}]}]
    problem = problem_at(sections, "demo.yaml", (1, "steps", 0, "ratio"), CODES["zero_ratio"].fault())
    assert isinstance(problem, Problem)
    assert str(problem) == "demo.yaml demo-01.steps[0].ratio：比例为零。请填写大于零的比例，或删除这一步"
