"""Of a sheet made for everybody, only the rules that pages can need are sent."""

import re

from portal.core.static_files import bootstrap_used
from portal.core.used_styles import used_part

SHEET = """@charset "UTF-8";/* said */a{color:red}.card,.toast{x:1}.btn-danger{x:2}.card:not(.fade,.show){x:3}
.card .toast{x:4}@media (min-width:9px){.toast{x:5}.card{x:6}}@media print{.toast{x:7}}@keyframes spin{to{x:8}}"""


def test_a_rule_stays_where_its_classes_are_named_and_what_it_excludes_is_not_asked():
    assert re.sub(r"\s", "", used_part(SHEET, frozenset({"card", "btn-"}))) == (
        '@charset"UTF-8";a{color:red}.card{x:1}.btn-danger{x:2}.card:not(.fade,.show){x:3}'
        "@media(min-width:9px){.card{x:6}}@keyframesspin{to{x:8}}"
    )


def test_half_of_bootstrap_is_left_with_all_that_forms_and_the_menu_need():
    sheet = bootstrap_used()
    assert len(sheet) < 100_000
    for needed in (".is-invalid", ".form-check-input:checked", ".btn-outline-primary", ".navbar-collapse", ".row"):
        assert needed in sheet
    assert ".carousel" not in sheet
