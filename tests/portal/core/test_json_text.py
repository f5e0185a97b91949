"""Values put into JSON by the thousand read as the encoder itself writes them."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from portal.core.json_text import text_maker

TEXTS = ['“引号"\\\u2028', 7, True, None, [], {}, {"z": [1, {"甲": None}], "a": "无锡"}]
VALUES = [*TEXTS, Decimal("1.50"), date(2026, 6, 1)]
OPTIONS = [{}, {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}, {"indent": 1}]


@pytest.mark.parametrize("options", OPTIONS)
def test_a_text_is_the_encoders_own(options):
    encoder = DjangoJSONEncoder(**options)
    make = text_maker(encoder)
    assert [make(value) for value in VALUES] == [encoder.encode(value) for value in VALUES]
    with pytest.raises(TypeError, match="not JSON serializable"):
        make({"a": object()})
    assert json.loads(make(TEXTS)) == TEXTS
