"""Tags and filters of the printed notices."""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from portal.core.citations import citation
from review.notices.letter import long_date
from review.wordings.language import paragraphs

register = template.Library()
register.filter("citation", citation)
register.filter("long_date", long_date)


@register.simple_tag(takes_context=True)
def body(context: Context) -> SafeString:
    """The paragraphs of the letter, by its office's template or the standard one."""
    *said, last = paragraphs(context["notice"], annexed=bool(context["annex"]))
    letter = context["letter"]
    drawn = [*map(letter.paragraph, said), letter.paragraph(last, style="last")]
    return mark_safe("".join(drawn))  # noqa: S308 - composed, escaped


@register.simple_tag(takes_context=True)
def line(context: Context, text: str, *, centred: bool = False) -> SafeString:
    """One line that each notice has of its own."""
    found: SafeString = context["letter"].line(text, centred=centred)
    return found


@register.tag
def paragraph(parser: Parser, token: Token) -> ParagraphNode:
    """`{% paragraph %}…{% endparagraph %}`, or `{% paragraph "addressee" 0 %}` with a class and the indent in em."""
    _, *arguments = token.split_contents()
    nodes = parser.parse(("endparagraph",))
    parser.delete_first_token()
    return ParagraphNode(nodes, [parser.compile_filter(argument) for argument in arguments])


class ParagraphNode(template.Node):
    """A paragraph whose text is composed into lines."""

    def __init__(self, nodes: NodeList, arguments: list[template.base.FilterExpression]) -> None:
        self.nodelist = nodes
        self.arguments = arguments

    def render(self, context: Context) -> SafeString:
        given = [argument.resolve(context) for argument in self.arguments]
        style = given[0] if given else ""
        indent = float(given[1]) if len(given) > 1 else 2.0
        escaping, context.autoescape = context.autoescape, False
        try:
            text = self.nodelist.render(context)
        finally:
            context.autoescape = escaping
        # Line breaks and indentation are the template's own; in Chinese text they are no spaces.
        joined = "".join(line.strip() for line in text.splitlines())
        result: SafeString = context["letter"].paragraph(joined, style=style, indent=indent)
        return result
