"""A field with its label, help and errors: what the form package's template of it says, without the template engine."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_STAR = mark_safe('<span class="asteriskField">*</span>')


@register.simple_tag(takes_context=True)
def drawn_field(context: Context) -> SafeString | str:
    """The context's `field`; `form_show_labels`, `form_show_errors` and `wrapper_class` mean what the package says."""
    field: BoundField = context["field"]
    if field.is_hidden:
        return str(field)
    is_tick = isinstance(field.field.widget, forms.CheckboxInput)
    label = _label(field, is_tick=is_tick) if context.get("form_show_labels") else ""
    if is_tick and label:
        inner = format_html("{}{}{}", _control(field, "form-check-input"), label, _below(context, field))
    else:
        inner = format_html("{}{}", label, _body(context, field))
        if label and field.use_fieldset:
            described = field.aria_describedby
            start = format_html('<fieldset aria-describedby="{}">', described) if described else mark_safe("<fieldset>")
            inner = format_html("{}{}</fieldset>", start, inner)
    classes = ["form-check" if is_tick and label else "mb-3", context.get("wrapper_class"), field.css_classes()]
    drawn = format_html('<div id="div_{}" class="{}">{}</div>', field.auto_id, " ".join(filter(None, classes)), inner)
    return format_html('<div class="mb-3">{}</div>', drawn) if is_tick else drawn


def _label(field: BoundField, *, is_tick: bool) -> SafeString | str:
    if not field.label:
        return ""
    kind, classes = "label", "form-check-label" if is_tick else "form-label"
    if field.field.required:
        classes += " requiredField"
    if field.use_fieldset and not is_tick:
        kind, classes = "legend", f"{classes} fs-6"
    target = format_html(' for="{}"', field.id_for_label) if field.id_for_label else ""
    star = _STAR if field.field.required else ""
    return format_html('<{}{} class="{}">{}{}</{}>', kind, target, classes, field.label, star, kind)


def _body(context: Context, field: BoundField) -> SafeString | str:
    """The control with what stands below it, but for a tick with its label."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return _by_package(context, "radio_checkbox_select")
    if isinstance(widget, forms.FileInput):
        return _by_package(context, "field_file")
    kind = "form-check-input" if isinstance(widget, forms.CheckboxInput) else "form-control"
    kind = "form-select" if isinstance(widget, forms.Select) else kind
    return format_html("{}{}", _control(field, kind), _below(context, field))


def _by_package(context: Context, name: str) -> SafeString | str:
    engine: Any = context.template.engine  # type: ignore[union-attr]
    drawn: SafeString = engine.get_template(f"bootstrap5/layout/{name}.html").render(context)
    return drawn


def _control(field: BoundField, classes: str) -> str:
    if field.errors:
        classes += " is-invalid"
    widget = field.field.widget
    # A control may be made of several.
    for part in getattr(widget, "widgets", [widget]):
        own = str(part.attrs.get("class", "")).split()
        part.attrs["class"] = " ".join(dict.fromkeys([*own, type(part).__name__.lower(), *classes.split()]))
    return str(field)


def _below(context: Context, field: BoundField) -> SafeString:
    errors: SafeString | str = ""
    # The stubs do not know the errors' own field.
    found: Any = field.errors
    if context.get("form_show_errors") and found:
        lines = format_html_join(
            "",
            '<p id="error_{}_{}"><strong>{}</strong></p>',
            ((number, field.auto_id, error) for number, error in enumerate(found, start=1)),
        )
        errors = format_html('<div id="{}_error" class="invalid-feedback">{}</div>', found.field_id, lines)
    if not field.help_text:
        return format_html("{}", errors)
    name = format_html(' id="{}_helptext"', field.auto_id) if field.auto_id else ""
    # Helps are the forms' own words and may hold markup.
    return format_html('{}<div{} class="form-text">{}</div>', errors, name, mark_safe(str(field.help_text)))  # noqa: S308
