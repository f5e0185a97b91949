"""Tags for what every page has: its place, a component with content of its own, a table that stacks on a phone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_SLOTS = "_slots"
_CELL = re.compile(r"<(?P<name>tr|th|td)(?P<attributes>(?:\s[^>]*)?)>")
_CLASS = re.compile(r'(\sclass=")')
_INDENTS = re.compile(r"\s*\n\s*(</?t[rhd]\b)?")
# Where line breaks are content.
_KEEPS_LINES = re.compile(r"<(textarea|pre)\b")
_COLSPAN = re.compile(r'\scolspan="(\d+)"')


@register.simple_tag
@lru_cache(256)
def stylesheet(name: str, media: str = "all") -> SafeString:
    """The link to one of the style sheets of `static/css`."""
    return format_html('<link rel="stylesheet" href="{}" media="{}">', static(f"css/{name}.css"), media)


@register.simple_tag
def later_script(name: str) -> SafeString:
    """A script that `start.js` loads, in the order of the page, once the page is drawn."""
    return format_html('<script type="text/later" src="{}"></script>', static(name))


@register.simple_block_tag
def breadcrumb(content: str) -> SafeString | str:
    """Where a page stands, out of its `crumb` tags; nothing on a page that has none."""
    if not content.strip():
        return ""
    return format_html('<nav aria-label="所在位置"><ol class="breadcrumb">{}</ol></nav>', content)


@register.simple_tag
def crumb(label: str, url_name: str = "", *arguments: Any) -> SafeString:
    """One step of the breadcrumb: a link to the named URL, or, without one, the page itself."""
    if not url_name:
        return format_html('<li class="breadcrumb-item active" aria-current="page">{}</li>', label)
    return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', reverse(url_name, args=arguments), label)


class ComponentNode(template.Node):
    """Renders a template with its arguments, its slots and, as `content`, the rest of the block."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, name: FilterExpression, values: Mapping[str, FilterExpression]) -> None:
        self.nodelist, self.name, self.values = nodelist, name, values

    def render(self, context: Context) -> SafeString:
        values = {key: value.resolve(context) for key, value in self.values.items()}
        slots: dict[str, SafeString] = {}
        with context.push(**{_SLOTS: slots}):
            content = self.nodelist.render(context).strip()
        component = template.Engine.get_default().get_template(self.name.resolve(context))
        # What a template has rendered is escaped already.
        return component.render(context.new(values | slots | {"content": mark_safe(content)}))  # noqa: S308


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """`{% component "components/page_header.html" title=… %}{% slot "lead" %}…{% endslot %}…{% endcomponent %}`."""
    _, name, *bits = token.split_contents()
    values = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"component {name}: write arguments as name=value, not {bits[0]}")
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(nodelist, parser.compile_filter(name), values)


@register.simple_block_tag(takes_context=True)
def slot(context: Context, content: str, name: str) -> str:
    """Markup for one place in the component around it."""
    context[_SLOTS][name] = mark_safe(content.strip())  # noqa: S308 - a template has escaped it
    return ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of one column: its name as markup, aligned to the end or not, shown or for screen readers only."""

    name: SafeString
    is_end: bool
    is_hidden: bool


@register.filter
def table_columns(columns: str) -> list[Column]:
    """Columns by their names, separated by `|`: `金额 >` is aligned to the end, `(操作)` is for screen readers only."""
    found = []
    for part in conditional_escape(columns).split("|"):
        if not part.strip():
            continue
        name = part.strip().removesuffix(">").removesuffix("&gt;").strip()
        is_hidden = name.startswith("(") and name.endswith(")")
        shown = mark_safe(name.strip("()") if is_hidden else name)  # noqa: S308 - escaped above
        found.append(Column(shown, is_end=part.strip() != name, is_hidden=is_hidden))
    return found


@register.filter
def labelled(rows: str, columns: list[Column]) -> SafeString:
    """Rows whose cells carry name and alignment of their columns, for phones, where no head is shown.

    A cell keeps a label of its own; the head of a row needs none. Long tables are half indents, which are left out.
    """
    if not _KEEPS_LINES.search(rows):
        bare = _INDENTS.sub(lambda found: found[1] or "\n", conditional_escape(rows))
        rows = mark_safe(bare)  # noqa: S308 - spaces only are left out
    position = 0

    def complete(start: re.Match[str]) -> str:
        nonlocal position
        name, attributes = start["name"], start["attributes"]
        if name == "tr":
            position = 0
            return start[0]
        column = columns[position] if position < len(columns) else None
        span = _COLSPAN.search(attributes)
        position += int(span[1]) if span else 1
        if column is None or span or name == "th":
            return start[0]
        if column.is_end:
            attributes, found = _CLASS.subn(r"\1text-end ", attributes, count=1)
            attributes += "" if found else ' class="text-end"'
        if not column.is_hidden and "data-label=" not in attributes:
            attributes += f' data-label="{strip_tags(column.name)}"'
        return f"<{name}{attributes}>"

    return mark_safe(_CELL.sub(complete, conditional_escape(rows)))  # noqa: S308 - attributes only are added


@dataclass(frozen=True, slots=True)
class Fault:
    """What a sent form has to mend: the place to go to (empty where it is none in particular), its name, and what."""

    href: str
    label: str
    text: str


@register.inclusion_tag("components/form_faults.html", takes_context=True)
def form_faults(context: Context, *forms: BaseForm) -> dict[str, Any]:
    """What the given forms have to mend, or, without any, the forms that the page of a POST was given."""
    request = context.get("request")
    if not forms and request is not None and request.method == "POST":
        forms = tuple(_forms_among(context.flatten().values()))
    found = {id(form): form for form in forms if form.is_bound}
    return {"faults": [fault for form in found.values() for fault in _faults_of(form)]}


def _forms_among(values: Iterable[Any], *, depth: int = 4) -> Iterator[BaseForm]:
    """The forms among values, in mappings and lists, and as `form` or `forms` of an object.

    By exact types: a lazy value is not worked out.
    """
    for value in values if depth else ():
        if issubclass(type(value), BaseForm):
            yield value
        elif type(value) is dict:
            yield from _forms_among(value.values(), depth=depth - 1)
        elif type(value) in (list, tuple):
            yield from _forms_among(value, depth=depth - 1)
        elif held := getattr(value, "__dict__", None):
            yield from _forms_among([held[name] for name in ("form", "forms") if name in held], depth=depth - 1)


def _faults_of(form: BaseForm) -> Iterator[Fault]:
    for name, errors in form.errors.items():
        field = form[name] if name in form.fields else None
        href = label = ""
        if field is not None and not field.is_hidden:
            # A group of choices has no control of its own name.
            href, label = f"#{field.id_for_label or f'div_{field.auto_id}'}", strip_tags(str(field.label))
        yield from (Fault(href, label, str(error)) for error in errors)
