"""Problems as codes: what is wrong, as a code with parameters; where, as a place; in words only when it is shown.

A code is defined beside the code that finds the problem, with its words in two registers: for text files and commands
(message and remedy), and for forms. Words are templates. `{name}` stands for a parameter; `{name:kind}` says what the
parameter names (a key, fact, setting, item, operation, limit, test or choice), so that a form can show its label.
`{here}`, in words for forms only, is the label of the control at the problem's place.
"""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Where a problem is: the number of the section (from 0), then keys and positions inside it. () is the whole text.
Place = tuple[str | int, ...]
# The shown form of a parameter's text, given the kind that the template declares ("" where it declares none).
Speak = Callable[[str, str], str]
HERE = "here"

CODES: dict[str, "Code"] = {}


class _Formatter(string.Formatter):
    def __init__(self, speak: Speak) -> None:
        self.speak = speak

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple):
            separator = "；" if any(isinstance(part, list | tuple) for part in value) else "、"
            return separator.join(self.format_field(part, format_spec) for part in value)
        return self.speak(str(value), format_spec)


def as_written(text: str, _kind: str) -> str:
    """Names as they are written in a text file; the `Speak` of commands."""
    return text


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@dataclass(frozen=True)
class Code:
    """One kind of problem, with its words."""

    name: str
    message: str
    remedy: str
    form: str

    @property
    def parameters(self) -> set[str]:
        """The names of the parameters: those that the words use."""
        return _placeholders(self.message) | _placeholders(self.remedy) | (_placeholders(self.form) - {HERE})

    def fault(self, **params: Any) -> "Fault":
        """This code with its parameters, each JSON-able. TypeError unless they are the ones that the words use."""
        if params.keys() != self.parameters:
            raise TypeError(f"{self.name} takes {sorted(self.parameters)}, not {sorted(params)}")
        return Fault(self, params)


def problem_code(name: str, message: str, remedy: str, *, form: str) -> Code:
    """Define a code and enter it in `CODES`. ValueError where the name has other words already."""
    code = Code(name, message, remedy, form)
    if CODES.setdefault(name, code) != code:
        raise ValueError(f"problem code {name} is defined twice")
    return code


class Fault(ValueError):
    """A code with its parameters, before it is known where: what a check raises. Its text is the remedy."""

    def __init__(self, code: Code, params: Mapping[str, Any]) -> None:
        self.code = code
        self.params = params
        super().__init__(self.remedy)

    @property
    def message(self) -> str:
        """What is wrong, as a command says it about a text file."""
        return _Formatter(as_written).vformat(self.code.message, (), self.params)

    @property
    def remedy(self) -> str:
        """How to mend it, as a command says it about a text file."""
        return _Formatter(as_written).vformat(self.code.remedy, (), self.params)

    def in_form(self, here: str, speak: Speak) -> str:
        """What is wrong and how to mend it, as a form says it at a control labelled `here`."""
        return _Formatter(speak).vformat(self.code.form, (), {**self.params, HERE: here})


@dataclass(frozen=True)
class Problem:
    """One fault of a catalogue text and its place.

    `section` is the number of the section (from 0), None for the text as a whole; `name` is the id of its item or rule;
    `path` leads to the place inside the section; `line` (from 1) is 0 where there is no text or no single line.
    """

    fault: Fault
    file: str
    section: int | None = None
    name: str = ""
    path: Place = ()
    line: int = 0

    @property
    def message(self) -> str:
        """What is wrong, as a command says it about a text file."""
        return self.fault.message

    @property
    def remedy(self) -> str:
        """How to mend it, as a command says it about a text file."""
        return self.fault.remedy

    @property
    def where(self) -> str:
        """The place as a command writes it: `wx2020-01-inv.steps[0].yuan`."""
        written = self.name
        for part in self.path:
            written += f"[{part}]" if isinstance(part, int) else f".{part}" if written else part
        return written

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.where}：{self.message}。{self.remedy}"


def problem_at(sections: Sequence[Any], file: str, at: Place, fault: Fault) -> Problem:
    """The problem of a fault at a place of a text that was read as `sections`."""
    if not at:
        return Problem(fault, file)
    section, path = int(at[0]), at[1:]
    source = sections[section] if section < len(sections) else None
    name = source.get("item", source.get("rule", "")) if isinstance(source, Mapping) else ""
    return Problem(fault, file, section, str(name), path, _line_at(source, path))


def _line_at(value: Any, path: Sequence[str | int]) -> int:
    """The line of the innermost key or element on the path that the text has, 0 where it has no lines."""
    line = int(getattr(value, "line", 0))
    for part in path:
        lines = getattr(value, "lines", None)
        known = range(len(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else ()
        if lines is None or part not in known:
            return int(getattr(value, "line", line))
        line, value = lines[part], value[part]
    return line
