"""What the record's codes mean, in words. Every app registers those of its own actions."""

from collections.abc import Mapping

from portal.core.registry import Registry

# The filter's groups: the first part of an action's code → its label.
GROUPS: Registry[str] = Registry("group of audit actions")
ACTIONS: Registry[str] = Registry("audit action")
# Labels of names in before and after that are no field of the object the record is about.
FIELDS: Registry[str] = Registry("audited field")
# Actions whose before and after are fields of another model than the object's own: that model's label.
DETAIL_MODELS: Registry[str] = Registry("audited model")

_weights: dict[str, int] = {}


def register_audit(
    group: str,
    label: str,
    actions: Mapping[str, str],
    *,
    weight: int,
    fields: Mapping[str, str] | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Register the labels of a group of actions: `actions` by the code's second part, `details` models likewise.

    `weight` is the group's place in the filter (the lightest comes first).
    """
    GROUPS.add(group, label)
    _weights[group] = weight
    for action, words in actions.items():
        ACTIONS.add(f"{group}.{action}", words)
    for name, words in (fields or {}).items():
        FIELDS.add(name, words)
    for action, model in (details or {}).items():
        DETAIL_MODELS.add(f"{group}.{action}", model)


def action_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The actions by group, each group led by itself as a whole (its code ends with a dot)."""
    return [
        (GROUPS[group], [(f"{group}.", f"{GROUPS[group]}：全部"), *_actions_of(group)])
        for group in sorted(GROUPS, key=_weights.__getitem__)
    ]


def _actions_of(group: str) -> list[tuple[str, str]]:
    return [(code, words) for code, words in ACTIONS.items() if code.startswith(f"{group}.")]


def action_label(code: str) -> str:
    """The action in words; an unregistered code is shown as it is."""
    return ACTIONS.get(code, code)
