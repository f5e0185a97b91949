"""The shared words of all documents: facts, evidence, chosen readings, and profiles that items are like."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from policies.engine import checks, grammar
from policies.engine.checks import Checker
from policies.engine.model import Setting
from policies.engine.source import read_source

SHARED = Path(__file__).resolve().parent.parent / "catalogue" / "shared"


@dataclass(frozen=True)
class Vocabulary:
    """Authored facts and evidence in normal form, settings, and raw profiles."""

    facts: Mapping[str, dict[str, Any]]
    evidence: Mapping[str, dict[str, Any]]
    settings: Mapping[str, Setting]
    profiles: Mapping[str, Mapping[str, Any]]


def _section(checker: Checker, source: Any, key: str) -> Mapping[str, Any]:
    found = source.get(key, {}) if isinstance(source, Mapping) else {}
    if not isinstance(found, Mapping):
        checker.add(getattr(source, "line", 1), key, "应为映射", "请写成“名称: {...}”")
        return {}
    return found


def normal_fact(checker: Checker, name: str, raw: Any, path: str) -> dict[str, Any] | None:
    """One fact in normal form, without its name and its two flags."""
    found = checker.fields(raw, path, required=grammar.FACT_REQUIRED, optional=grammar.FACT_OPTIONAL)
    if found is None or "label" not in found or "type" not in found:
        return None
    line = getattr(raw, "line", 0)
    choices = found.get("choices")
    columns = found.get("columns")
    if (found["type"] == "choice") != bool(choices):
        checker.add(line, f"{path}.choices", "只有 choice 类型才有、也必须有选项", "请补上或删除 choices")
    if (found["type"] == "rows") != bool(columns):
        checker.add(line, f"{path}.columns", "只有 rows 类型才有、也必须有列", "请补上或删除 columns")
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
            if (column := normal_fact(checker, key, part, f"{path}.columns.{key}")) is not None
        ],
        "check": found.get("check"),
        "scope": found.get("scope", "line"),
    }


def _setting(checker: Checker, name: str, raw: Any) -> Setting | None:
    path = f"settings.{name}"
    found = checker.fields(raw, path, required=grammar.SETTING_REQUIRED, optional=grammar.SETTING_OPTIONAL)
    if found is None or not grammar.SETTING_REQUIRED.keys() <= found.keys():
        return None
    default = found["default"]
    line = getattr(raw, "line", 0)
    if found["kind"] == "boolean" and not isinstance(default, bool):
        checker.add(line, f"{path}.default", "这个设置没有选定", "请填写 true 或 false")
    if found["kind"] != "boolean":
        check = checks.day_or_null if found["kind"] == "date" else _ratio_or_null
        checker.fields({"default": default}, path, required={"default": check}, line=line)
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
        checker = Checker(file)
        for source in read_source(content, file):
            for name, raw in _section(checker, source, "facts").items():
                fact = normal_fact(checker, name, raw, f"facts.{name}")
                if fact is not None:
                    facts[name] = fact
            for name, raw in _section(checker, source, "evidence").items():
                found = checker.fields(
                    raw, f"evidence.{name}", required=grammar.EVIDENCE_REQUIRED, optional=grammar.EVIDENCE_OPTIONAL
                )
                if found is not None and "label" in found:
                    evidence[name] = {
                        "code": name,
                        "label": found["label"],
                        "help": found.get("help", ""),
                        "per": found.get("per", "line"),
                    }
            for name, raw in _section(checker, source, "settings").items():
                setting = _setting(checker, name, raw)
                if setting is not None:
                    settings[name] = setting
            profiles.update(_section(checker, source, "profiles"))
        checker.raise_problems()
    return Vocabulary(facts, evidence, settings, profiles)


def with_settings(checker: Checker, source: Mapping[str, Any], shared: Vocabulary) -> Vocabulary:
    """The shared vocabulary with a document's own chosen readings, which go before shared ones of the same name."""
    own = (_setting(checker, name, raw) for name, raw in _section(checker, source, "settings").items())
    return replace(shared, settings={**shared.settings, **{setting.name: setting for setting in own if setting}})


@lru_cache(maxsize=1)
def package_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the portal, read once a process."""
    return read_vocabulary({path.name: path.read_text("utf-8") for path in sorted(SHARED.glob("*.yaml"))})
