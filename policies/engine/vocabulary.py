"""The shared words of all documents: facts, evidence, chosen readings, and profiles that items are like."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from policies.engine import checks, grammar
from policies.engine.checks import Checker
from policies.engine.model import Setting
from policies.engine.problems import Place, problem_code
from policies.engine.source import read_source

CHOICES = problem_code(
    "choices",
    "只有 choice 类型才有、也必须有选项",
    "请补上或删除 choices",
    form="只有类型为“选项”的才有、也必须有选项，请补上或删除选项。",
)
COLUMNS = problem_code(
    "columns",
    "只有 rows 类型才有、也必须有列",
    "请补上或删除 columns",
    form="只有类型为“逐笔明细”的才有、也必须有列，请改正类型。",
)
NOT_CHOSEN = problem_code(
    "not_chosen", "这个设置没有选定", "请填写 true 或 false", form="还没有选定采用还是不采用，请选择。"
)
SHARED = Path(__file__).resolve().parent.parent / "catalogue" / "shared"


@dataclass(frozen=True)
class Vocabulary:
    """Authored facts and evidence in normal form, settings, and raw profiles."""

    facts: Mapping[str, dict[str, Any]]
    evidence: Mapping[str, dict[str, Any]]
    settings: Mapping[str, Setting]
    profiles: Mapping[str, Mapping[str, Any]]


def _section(checker: Checker, at: Place, key: str) -> Mapping[str, Any]:
    source = checker.sections[int(at[0])]
    found = source.get(key, {}) if isinstance(source, Mapping) else {}
    if not isinstance(found, Mapping):
        checker.add((*at, key), checks.NO_MAPPING.fault())
        return {}
    return found


def normal_fact(checker: Checker, name: str, raw: Any, at: Place) -> dict[str, Any] | None:
    """One fact in normal form, without its name and its two flags."""
    found = checker.fields(raw, at, required=grammar.FACT_REQUIRED, optional=grammar.FACT_OPTIONAL)
    if found is None or "label" not in found or "type" not in found:
        return None
    choices = found.get("choices")
    columns = found.get("columns")
    if (found["type"] == "choice") != bool(choices):
        checker.add((*at, "choices"), CHOICES.fault())
    if (found["type"] == "rows") != bool(columns):
        checker.add((*at, "columns"), COLUMNS.fault())
    return {
        "name": name,
        "label": found["label"],
        "type": found["type"],
        "unit": found.get("unit", ""),
        "help": found.get("help", ""),
        "choices": [[str(value), str(label)] for value, label in choices.items()]
        if isinstance(choices, Mapping)
        else [],
        "columns": [
            column
            for key, part in (columns.items() if isinstance(columns, Mapping) else ())
            if (column := normal_fact(checker, key, part, (*at, "columns", key))) is not None
        ],
        "check": found.get("check"),
        "scope": found.get("scope", "line"),
    }


def _setting(checker: Checker, name: str, raw: Any, at: Place) -> Setting | None:
    found = checker.fields(raw, at, required=grammar.SETTING_REQUIRED, optional=grammar.SETTING_OPTIONAL)
    if found is None or not grammar.SETTING_REQUIRED.keys() <= found.keys():
        return None
    default = found["default"]
    if found["kind"] == "boolean" and not isinstance(default, bool):
        checker.add((*at, "default"), NOT_CHOSEN.fault())
    if found["kind"] != "boolean":
        check = checks.day_or_null if found["kind"] == "date" else _ratio_or_null
        checker.fields({"default": default}, at, required={"default": check})
    return Setting(name, found["label"], found["kind"], default, found.get("alternative"), found["source"])


def _ratio_or_null(value: Any) -> str | None:
    return None if value is None else str(checks.ratio(value))


def read_vocabulary(texts: Mapping[str, str]) -> Vocabulary:
    """Read shared texts (file name to YAML); raises CatalogueError."""
    facts: dict[str, dict[str, Any]] = {}
    evidence: dict[str, dict[str, Any]] = {}
    settings: dict[str, Setting] = {}
    profiles: dict[str, Mapping[str, Any]] = {}
    for file, content in texts.items():
        sources = read_source(content, file)
        checker = Checker(file, sources)
        for at in ((number,) for number in range(len(sources))):
            for name, raw in _section(checker, at, "facts").items():
                fact = normal_fact(checker, name, raw, (*at, "facts", name))
                if fact is not None:
                    facts[name] = fact
            for name, raw in _section(checker, at, "evidence").items():
                found = checker.fields(
                    raw,
                    (*at, "evidence", name),
                    required=grammar.EVIDENCE_REQUIRED,
                    optional=grammar.EVIDENCE_OPTIONAL,
                )
                if found is not None and "label" in found:
                    evidence[name] = {
                        "code": name,
                        "label": found["label"],
                        "help": found.get("help", ""),
                        "per": found.get("per", "line"),
                    }
            settings.update(_settings(checker, at))
            profiles.update(_section(checker, at, "profiles"))
        checker.raise_problems()
    return Vocabulary(facts, evidence, settings, profiles)


def _settings(checker: Checker, at: Place) -> dict[str, Setting]:
    named = _section(checker, at, "settings").items()
    found = (_setting(checker, name, raw, (*at, "settings", name)) for name, raw in named)
    return {setting.name: setting for setting in found if setting}


def with_settings(checker: Checker, at: Place, shared: Vocabulary) -> Vocabulary:
    """The shared vocabulary with a document's own chosen readings, which go before shared ones of the same name."""
    return replace(shared, settings={**shared.settings, **_settings(checker, at)})


@lru_cache(maxsize=1)
def package_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the portal, read once a process."""
    return read_vocabulary({path.name: path.read_text("utf-8") for path in sorted(SHARED.glob("*.yaml"))})
