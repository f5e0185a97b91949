"""Worked cases: how an answer differs from the expected one, and the package's own cases. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from policies.drafting.yaml_codec import plain
from policies.engine import Catalogue, QuestionError, assess
from policies.engine.loader import CATALOGUE
from policies.engine.model import Item
from policies.engine.source import read_source
from policies.published.wording import fact_label

# What a case may expect; `reason` is a code among the answer's reasons, the others are the answer's own keys.
EXPECTABLE = ("outcome", "amount", "city", "district", "result", "missing", "assumed", "reason")


class PackageCase(NamedTuple):
    """A case that comes with the portal."""

    document: str
    item: str
    sentence: str
    question: dict[str, Any]
    expected: dict[str, Any]


@lru_cache(maxsize=1)
def package_cases() -> tuple[PackageCase, ...]:
    """The cases of `catalogue/cases/`, one file a document; read once a process."""
    files = sorted((CATALOGUE / "cases").glob("*.yaml"))
    sources = {path.stem: plain(read_source(path.read_text("utf-8"), path.name))[0] for path in files}
    return tuple(
        PackageCase(document, item_of(case["ask"]), case["case"], case["ask"], case["expect"])
        for document, source in sources.items()
        for case in source["cases"]
    )


def item_of(question: Mapping[str, Any]) -> str:
    """The item that a question asks about, the first of several."""
    parts = question.get("parts")
    first = parts[0] if isinstance(parts, list) and parts else question
    return str(first.get("item", "")) if isinstance(first, dict) else ""


def answer_to(catalogue: Catalogue | None, question: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's answer; `{"error": …, "field": …}` where it cannot read the question, {} without a catalogue."""
    if catalogue is None:
        return {}
    try:
        return assess(catalogue, dict(question)).as_dict()
    except QuestionError as error:
        return {"error": error.message, "field": error.field}


def unread_text(answer: Mapping[str, Any], rules: Item | None) -> str:
    """What of a question could not be read, and why; `rules` are those whose facts it names."""
    name = str(answer["field"]).removeprefix("lines").rpartition("].")[2]
    return f"{fact_label(rules, name) if rules else name}：{answer['error']}"


def agrees(answer: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether an answer is the expected one."""
    if "error" in answer or not answer:
        return False
    codes = [reason["code"] for reason in answer["reasons"]]
    return all(value in codes if key == "reason" else answer.get(key) == value for key, value in expected.items())


def expected_from(answer: Mapping[str, Any], *, like: Mapping[str, Any]) -> dict[str, Any]:
    """What a case expects that this answer fulfils: the keys of an earlier expectation, and always outcome and sum."""
    keys = [key for key in EXPECTABLE if key in like or key in ("outcome", "amount")]
    found = {key: answer.get(key) for key in keys if key != "reason"}
    if answer.get("reasons"):
        found["reason"] = answer["reasons"][0]["code"]
    return found
