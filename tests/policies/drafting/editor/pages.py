"""The editor's pages as a browser without script shows them, and small drafts to write in."""

import re
import uuid

from django.urls import reverse

from policies.drafting.services.drafts import start_draft
from policies.engine.loader import CATALOGUE
from tests.factories import act

_KEPT = (
    "wx2020-01-inv",
    "wx2020-01-design",
    "wx2020-01-share60",
    "wx2020-02-strategy",
    "wx2020-04-gb",
    "wx2020-04-excel",
)
# The head, two items of their own, a rule, an item like a profile, and two tiers.
WX2020 = "---\n".join(
    section
    for section in (CATALOGUE / "wx2020.yaml").read_text("utf-8").split("---\n")
    if section.startswith("document:") or section.split()[1] in _KEPT
)


def from_text(officer, text):
    text = text.replace("wx2020", "wx2031")
    return start_draft(None, key=uuid.uuid4(), title="照旧政策", code="wx2031", text=text, act=act(officer))


class Page:
    """A section's page as a browser without script shows it: its controls, and what its buttons send."""

    def __init__(self, client, draft, index, *, query=""):
        self.client = client
        self.url = reverse("drafting:section", args=[draft.key, index])
        self.response = client.get(self.url + query)
        assert self.response.status_code == 200
        self._read()

    def _read(self):
        page = self.response.context["page"]
        self.sent = {name: [] for name in page.form.fields}
        for name, texts in page.form.texts.items():
            self.sent[name] = list(texts)
        self.sent |= {name: [self.response.context[name]] for name in ("base", "loaded")}

    def press(self, action, *, name="action", **changes):
        """Change some controls, press a button, and follow to the page that comes."""
        for control, value in changes.items():
            self.sent[control] = value if isinstance(value, list) else [value]
        self.response = self.client.post(self.url, {**self.sent, name: action}, follow=True)
        assert self.response.status_code in (200, 409)
        if self.response.redirect_chain:
            self.url = self.response.redirect_chain[-1][0].partition("?")[0].partition("#")[0]
        if self.response.context is not None and "page" in self.response.context:
            self._read()
        return self

    def add(self, part, word="", **changes):
        control = {f"add-{part}": word} if word else {}
        return self.press(f"add:{part}", **control, **changes)

    @property
    def text(self):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.response.content.decode()))


def write_item(client, draft, item):
    """Write one item of `item`'s words and rules with the buttons of its page; returns the page.

    `facts` are rows of its own, `shared` names of others; `steps` and `limits` are kinds with their keys; a condition,
    or a step that is for some `only`, is written as far as the page asks for it after each sending.
    """
    client.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "per_item", "code": item["code"]})
    draft.refresh_from_db()
    page = Page(client, draft, len(draft.sections) - 1)
    facts, conditions, stages = ([*item.get(part, ())] for part in ("facts", "conditions", "stages"))
    steps, limits = [*item["steps"]], [*item.get("limits", ())]
    written = {"like": "", **item["words"]}
    page.press(
        "add:facts:" if facts else "save",
        **under("", **written),
        **{"add-facts": item["shared"], "add-evidence": ["certificate"], "add-steps": steps[0][0]},
        **({"add-limits": limits[0][0]} if limits else {}),
    )
    # What goes is the step that the kind began with; the added ones move up.
    done = {"facts": 1, "steps": 1, "limits": len(limits[:1]), "conditions": 0, "stages": 0}
    chosen = _next("steps", steps, 1)
    page.press("drop:steps:0", **_given(item, done), **chosen)
    done["steps"] += len(chosen)
    rest = [*["facts"] * (len(facts) - 1), *["conditions"] * len(conditions), *["stages"] * len(stages)]
    while rest or done["steps"] < len(steps) or done["limits"] < len(limits):
        part = rest.pop(0) if rest else ""
        chosen = _next("steps", steps, done["steps"]) | _next("limits", limits, done["limits"])
        button = f"add:{part}:" if part == "facts" else f"add:{part}" if part else "save"
        page.press(button, **_given(item, done), **chosen)
        for name in filter(None, (part, *(one.removeprefix("add-") for one in chosen))):
            done[name] += 1
    as_of = {"section-as_of": item.get("as_of", "granted_on")}
    page.press("save", **_given(item, done), **as_of)
    for key in ("test", "value"):
        asked = {f"section-{at}-{key}": test[key] for at, test in _tests(item) if key in test}
        if asked:
            assert asked.keys() <= page.sent.keys(), asked.keys() - page.sent.keys()
            page.press("save", **asked)
    assert page.response.context["page"].problem_links == [], page.response.context["page"].problem_links
    return page


def _next(part, rows, at):
    return {f"add-{part}": rows[at][0]} if at < len(rows) else {}


def _given(item, done):
    """What stands in the rows that are there, as far as the page shows it: tests of conditions come later."""
    given = under("split", **item["split"]) if "split" in item else {}
    for at, row in enumerate(item.get("facts", ())[: done["facts"]]):
        given |= under(f"facts-{at + len(item['shared'])}", **row)
    for part in ("steps", "limits"):
        for at, (_, keys) in enumerate(item.get(part, ())[: done[part]]):
            given |= under(f"{part}-{at}", **{key: value for key, value in keys.items() if key != "only"})
    for at, row in enumerate(item.get("conditions", ())[: done["conditions"]]):
        given |= under(f"conditions-{at}", **{key: row[key] for key in ("code", "text", "field")})
    for at, row in enumerate(item.get("stages", ())[: done["stages"]]):
        given |= under(f"stages-{at}", **row)
    for at, test in _tests(item):
        if at.startswith("steps") and int(at.split("-")[1]) < done["steps"]:
            given |= under(at, field=test["field"])
    return given


def _tests(item):
    """The place of each fact that is tested, with the fact, the test and the value."""
    yield from ((f"conditions-{at}", row) for at, row in enumerate(item.get("conditions", ())))
    yield from ((f"steps-{at}-only", keys["only"]) for at, (_, keys) in enumerate(item["steps"]) if "only" in keys)


def stored(draft, index):
    draft.refresh_from_db()
    return draft.sections[index]


def under(prefix, **values):
    return {f"section-{prefix}{'-' if prefix else ''}{key}": value for key, value in values.items()}


HEAD = under(
    "document",
    number="锡政办发〔2030〕1号",
    title="关于促进知识产权创造的若干措施",
    short_title="促进知识产权创造",
    issuer="无锡市人民政府办公室",
    region_code="320200",
    areas="无锡\n滨湖",
    issued_on="2030-01-10",
    status="in_force",
    payer="both",
    source_note="2030-01-10 印发",
)


def fill_in_head(writer, draft):
    page = Page(writer, draft, 0)
    page.press(
        "save", **HEAD, **{"section-document-effect-0-from": "2030-02-01", "section-document-effect-0-from_setting": ""}
    )
    return page
