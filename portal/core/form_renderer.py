"""What Django's templates of controls say, without the template engine: a page of forms has a hundred of them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

_OPTION = "django/forms/widgets/select_option.html"


class FormRenderer(DjangoTemplates):
    """Draws inputs, text areas and choices itself, and leaves every other control to its template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None or not _draws_options(context["widget"]):
            return super().render(template_name, context, request)
        # Every value is escaped where it is written.
        return mark_safe(draw(context["widget"]))  # noqa: S308


def _draws_options(widget: Mapping[str, Any]) -> bool:
    groups = widget.get("optgroups", ())
    return all(option["template_name"] == _OPTION for _, options, _ in groups for option in options)


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{_text(value)}"')
        for name, value in attributes.items()
        if value is not False
    )


def _text(value: Any) -> str:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}{_attributes(widget["attrs"])}>'


def _textarea(widget: Mapping[str, Any]) -> str:
    # Browsers pass over the first line break of a text area.
    value = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>\n{value}</textarea>'


def _option(option: Mapping[str, Any]) -> str:
    return f'<option value="{_text(option["value"])}"{_attributes(option["attrs"])}>{_text(option["label"])}</option>\n'


def _select(widget: Mapping[str, Any]) -> str:
    groups = []
    for label, options, _ in widget["optgroups"]:
        drawn = "".join(map(_option, options))
        groups.append(f'<optgroup label="{_text(label)}">\n{drawn}</optgroup>\n' if label else drawn)
    return f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>\n{"".join(groups)}</select>'


_INPUTS = (
    "text",
    "number",
    "email",
    "url",
    "tel",
    "search",
    "password",
    "hidden",
    "date",
    "datetime",
    "time",
    "checkbox",
)
_DRAWN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
