"""Whatever is sent to a section's page is read, judged, drawn and read again as the same."""

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from policies.drafting import yaml_codec
from policies.drafting.editor.group_codecs import REST
from policies.drafting.editor.page import SectionPage
from policies.drafting.editor.preview import read_preview
from policies.drafting.editor.sections import read_section, section_pairs
from policies.drafting.models import PolicyDraft
from policies.engine.loader import CATALOGUE

# A limit that is about other documents' items asks which there are.
pytestmark = pytest.mark.django_db
SECTIONS = yaml_codec.read_sections((CATALOGUE / "wx2020.yaml").read_text("utf-8"), name="wx2020.yaml")
_NUMBERS = ["", "0", "-1", "9" * 30, "五千", "5000", "1e9", "2020-02-30"]
_YAML = ["a: b", "[", "{}", '"', "null", "true", "a\nb", "&x", "*x", "!t", "#", "\0", "\x07", "[" * 1500]
_NAMES = ["required", "steps", "in", "is", "applicant_kind", "on", "granted_on", "half_after_ceiling", "no_such"]
_JSON = ['{"a": {"b": 1.5}}', '[["a"]]', '{"do": ["a"], "item": 3}']
ODD = st.sampled_from([*_NUMBERS, *_YAML, *_NAMES, *_JSON])
BELOW = st.sampled_from(
    ["rest", REST, "if-setting", "if-wanted", "value", "test", "field", "rows", "kind", "shown", "0-code"]
)


@st.composite
def sendings(draw):
    """A section's own texts, some of them taken out, doubled or changed."""
    index = draw(st.integers(0, len(SECTIONS) - 1))
    sent: dict[str, list[str]] = {}
    for name, text in section_pairs(SECTIONS[index]):
        sent.setdefault(name, []).append(text)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(sent)))
        deed = draw(st.sampled_from(["drop", "double", "below", "change", "change"]))
        if deed == "drop":
            del sent[name]
        else:
            place = f"{name}-{draw(BELOW)}" if deed == "below" else name
            sent[place] = [*(sent.get(place, []) if deed == "double" else []), draw(ODD)]
        if not sent:
            break
    return index, sent


@profile(max_examples=80)
@given(sendings())
def test_whatever_is_sent_is_read_judged_drawn_and_read_again(sending):
    index, sent = sending
    section = yaml_codec.plain(read_section(sent))
    draft = PolicyDraft(document_code="wx2020", sections=SECTIONS)
    read = read_preview(draft, index, section, whole=False)
    page = SectionPage(section, read.words, read.problems)
    assert all(str(control) for control in page.form)
    assert len(page.problem_links) >= bool(read.problems.found)
    assert read_section(page.form.texts) == section
