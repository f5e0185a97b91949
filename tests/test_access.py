"""Every address × every kind of person × own and other people's objects: only what is declared succeeds."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.access import Rule, public
from portal.middleware.access import declared_rule
from tests.access_table import ADDRESSES, Address
from tests.access_world import OFFICIALS, PEOPLE, STRANGER, World, build_world
from tests.files import make_pdf
from tests.made_once import rows_written

# Rows that reading or being refused may write: sign-in sessions, and the record of the refusal itself.
_BOOKKEEPING = {"sessions.session", "usersessions.usersession", "audit.securityevent"}


def every_pattern() -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern of the site with its full name."""

    def walk(resolver: URLResolver, namespaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, (*namespaces, entry.namespace) if entry.namespace else namespaces)
            else:
                yield ":".join((*namespaces, entry.name or "")), entry

    return walk(get_resolver(), ())


# What stands for a printed page.
PAPER = make_pdf()
# Where strangers are sent: to sign in, or to sign up for what newcomers want.
SIGN_IN = (reverse("account_login"), reverse("account_signup"))
NAMES = sorted({name for name, _ in every_pattern()})
OURS = [name for name in NAMES if not name.startswith(("account_", "mfa_", "usersessions_"))]


def test_every_address_has_a_name_and_one_name_is_one_view():
    views = {}
    for name, pattern in every_pattern():
        assert name.rpartition(":")[2]
        assert views.setdefault(name, pattern.callback) == pattern.callback


def test_every_view_declares_who_may_enter():
    patterns = dict(every_pattern())
    assert [name for name in NAMES if declared_rule(patterns[name].callback, patterns[name].name) is None] == []


def test_every_address_of_ours_is_in_the_table_of_accesses():
    assert sorted(ADDRESSES) == OURS


@dataclass(frozen=True)
class Baseline:
    """The world as every walk finds it: each person's session, and all rows."""

    world: World
    sessions: dict[str, SimpleCookie]
    rows: dict[str, list[str]]


@pytest.fixture(scope="module")
def baseline(module_transaction) -> Baseline:
    world = build_world()
    sessions = {}
    for who, person in world.people.items():
        client = Client()
        if person is not None:
            client.force_login(person)
        sessions[who] = client.cookies
    return Baseline(world, sessions, fingerprint())


@pytest.fixture
def world(baseline, db, settings) -> World:
    # The second factor has tests of its own; here it would only send every official away.
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    # So many people ask at once from one address.
    settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = 100_000
    return baseline.world


def fingerprint() -> dict[str, list[str]]:
    """All rows of all tables, so that a denied request can be shown to have changed nothing."""
    found = {}
    for model in apps.get_models():
        if model._meta.label_lower in _BOOKKEEPING or model._meta.proxy:
            continue
        fields = [f.attname for f in model._meta.concrete_fields if f.attname != "last_login"]
        found[model._meta.label_lower] = sorted(map(repr, model._base_manager.values_list(*fields)))
    return found


def count_writes() -> object:
    """A count that stays the same only if no row of these tables was written since, be it to be rolled back."""
    if connection.vendor != "postgresql":
        return connection.connection.total_changes
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.label_lower in _BOOKKEEPING}
    return {table: count for table, count in rows_written().rows.items() if table not in tables}


def asking(who: str, baseline: Baseline) -> Client:
    """A browser in which this person is signed in."""
    client = Client(raise_request_exception=False)
    client.cookies = deepcopy(baseline.sessions[who])
    return client


def walkers(name: str, rule: Rule, world: World) -> dict[str, tuple[str, ...]]:
    """Who is to ask for an address, and for which of its objects.

    Everybody whom the rule lets in asks for each. Whom the rule keeps out (`portal.access`) does not reach the view,
    whatever the object: of those the strangers ask, and each fifth of the others, at every address another fifth.
    On SQLite, where only the queries are in question, one asks who may enter.
    """
    address = ADDRESSES[name]
    if connection.vendor == "sqlite":
        return dict.fromkeys([who for who in PEOPLE if who in address.enter][:1], address.variants)
    kept_out = []
    for who in PEOPLE:
        person = world.people[who]
        if not rule.allows(person if person is not None and person.is_active else AnonymousUser()):
            kept_out.append(who)
    assert not address.enter & set(kept_out)
    known = [who for who in kept_out if who not in STRANGER]
    chosen = STRANGER.intersection(kept_out) | set(known[OURS.index(name) % 5 :: 5])
    return {
        who: address.variants[:1] if who in kept_out else address.variants
        for who in PEOPLE
        if who in chosen or who not in kept_out
    }


@contextmanager
def undrawn() -> Iterator[None]:
    """Pages answer without being drawn, and papers without being printed: the same of both comes out for everybody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.template.loader.render_to_string", lambda *_, **__: "")
        for place in ("appropriations.sheets", "documents.claim_form", "documents.official", "notices.proof"):
            patch.setattr(f"review.{place}.print_html", lambda *_, **__: PAPER)
        patch.setattr("review.wordings.services.render_notice", lambda *_: PAPER)
        yield


def outcome(response) -> str:
    """What a request came to: let in, sent to sign in, refused, or told that there is no such thing."""
    if response.streaming:
        # Read to the end, the client closes the answer behind it; closing it here would end the database connection.
        for _ in response.streaming_content:
            pass
    if response.status_code == 302 and response["Location"].startswith(SIGN_IN):
        return "sign in"
    # Who has no organisation yet is sent to register one, and comes back afterwards.
    if "wanted" in response.cookies:
        return "refused"
    if response.status_code == 401 and "text/html" in response["Content-Type"]:
        return "sign in"
    named = {401: "no token", 403: "refused", 404: "absent", 405: "no such method"}
    # 503 is a page's own word that something it reports on is down.
    return named.get(response.status_code, "broken" if response.status_code == 500 else "in")


def agree(found: str, wanted: str, who: str, address: Address) -> bool:
    """Whether a request came to what was wanted; who may enter may also be told that this cannot be read or posted."""
    return found == wanted or (found == "no such method" and who in address.enter)


def expected(address: Address, rule: Rule, who: str, variant: str) -> str:
    if who not in address.enter:
        assert rule is not public
        return "sign in" if who in STRANGER else "refused"
    if address.token:
        return "no token"
    return "in" if address.sees is None or who in address.sees[variant] else "absent"


@pytest.mark.parametrize("name", OURS)
def test_each_person_gets_what_is_declared_and_what_is_denied_changes_nothing(name, baseline, world):
    address = ADDRESSES[name]
    rule = declared_rule(dict(every_pattern())[name].callback, name.rpartition(":")[2])
    at_first = count_writes()
    asked = [
        (asking(who, baseline), who, variant, reverse(name, kwargs=address.kwargs(world, variant)))
        for who, variants in walkers(name, rule, world).items()
        for variant in variants
    ]
    before = count_writes()
    # To read all rows costs a quarter of a second; some addresses have their object made just now.
    rows = baseline.rows if before == at_first else fingerprint()
    for client, who, variant, url in asked:
        wanted = expected(address, rule, who, variant)
        if wanted != "in":
            with undrawn():
                found = outcome(client.post(url, address.post))
            assert agree(found, wanted, who, address), f"{who} posts to {url} ({variant}): {found}, not {wanted}"
    assert count_writes() == before or fingerprint() == rows
    drawn = set()
    for client, who, variant, url in asked:
        wanted = expected(address, rule, who, variant)
        # Drawn for the first officer and the first other person whom each object lets in.
        look = (wanted, variant, who in OFFICIALS)
        with undrawn() if wanted != "in" or look in drawn else nullcontext():
            found = outcome(client.get(url + address.query))
        drawn.add(look)
        assert agree(found, wanted, who, address), f"{who} reads {url} ({variant}): {found}, not {wanted}"


def test_models_name_only_rooms_below_them():
    layers = {"portal": 0, "policies": 1, "applications": 2, "review": 3}
    for model in apps.get_models():
        here = layers.get(model.__module__.partition(".")[0])
        if here is None:
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField):
                continue
            there = layers.get(field.related_model.__module__.partition(".")[0], 0)
            assert there <= here, f"{model._meta.label}.{field.name} looks up to {field.related_model._meta.label}"
