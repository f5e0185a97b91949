"""Values put into JSON by the thousand."""

import json
from collections.abc import Callable
from typing import Any


def text_maker(encoder: json.JSONEncoder) -> Callable[[Any], str]:
    """What `encoder.encode` does, by one machine that is made once and not for each value.

    For values that do not hold themselves. Where Python has no such machine, it is the encoder's own function.
    """
    machine: Any = getattr(json.encoder, "c_make_encoder", None)
    indent: Any = encoder.indent
    if machine is None or indent is not None:
        return encoder.encode
    words = json.encoder.encode_basestring_ascii if encoder.ensure_ascii else json.encoder.encode_basestring
    encode = machine(
        None,
        encoder.default,
        words,
        None,
        encoder.key_separator,
        encoder.item_separator,
        encoder.sort_keys,
        encoder.skipkeys,
        encoder.allow_nan,
    )
    return lambda value: "".join(encode(value, 0))
