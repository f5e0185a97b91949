"""No reader of text takes longer than its text is long: 200,000 of every character that expressions stumble over."""

import contextlib
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from policies.engine.model import Fact
from policies.facts.heads import read_head, unit_of_title
from policies.facts.identifiers import Format, read_identifier
from policies.facts.values import read_fact
from policies.published.provisions import read_units
from policies.published.searchtext import fold, query_words
from portal.core.compared_text import compared
from portal.core.errors import RefusedError
from portal.core.identifiers import IdentifierError, read_phone, read_resident_id, read_uscc
from portal.core.money import MoneyError, read_yuan, unit_factor
from portal.core.numbers import NumberError, read_day, read_number
from portal.core.sheet_reading import Cell, read_book, read_pasted_cells
from portal.core.text import compact, single_line, tidy, visible
from review.notices.selectors import clean_code
from review.panels.forms import PanelForm, SchemeForm
from review.targets.figures import FigureError, read_figure
from tests.cpu import cpu_limit

FACTS = [Fact(kind, "费用合计", kind, unit="元") for kind in ("money", "integer", "number", "date", "text")]
READERS = {
    "visible": visible,
    "single line": single_line,
    "tidy": tidy,
    "compact": compact,
    "number": read_number,
    "day": read_day,
    "yuan": read_yuan,
    "unit": unit_factor,
    "figure": lambda text: read_figure(text, "元"),
    "credit code": read_uscc,
    "resident ID": lambda text: read_resident_id(text, today=date(2026, 1, 1)),
    "phone": read_phone,
    **{f"identifier {kind}": lambda text, kind=kind: read_identifier(kind, text) for kind in Format},
    **{f"fact {fact.type}": lambda text, fact=fact: read_fact(fact, text) for fact in FACTS},
    "head": lambda text: read_head(FACTS, {1: Cell(1, 1, text)}),
    "title": lambda text: unit_of_title([Cell(1, 1, f"单位：{text}")]),
    "pasted": read_pasted_cells,
    "text table": lambda text: read_book(text.encode()),
    "search": query_words,
    "code of a notice": clean_code,
    "folding": fold,
    "difference": lambda text: compared(text, f"{text[1:]}甲{text[:-1]}"),
    "units of a document": read_units,
    "criteria": lambda text: SchemeForm.clean_criteria(SimpleNamespace(cleaned_data={"criteria": text})),
    "needs": lambda text: PanelForm.clean_needs(SimpleNamespace(cleaned_data={"needs": text})),
}
REFUSALS = (ValidationError, NumberError, MoneyError, IdentifierError, FigureError, RefusedError, ValueError)


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_takes_no_longer_than_its_text(reader):
    for character in '（([{ 0,.一"-':
        for text in (character * 200_000, f"1{character * 200_000}x", f"{character}1" * 100_000):
            with cpu_limit(1.5), contextlib.suppress(REFUSALS):
                READERS[reader](text)
