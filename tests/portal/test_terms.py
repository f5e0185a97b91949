"""The terms of the trade are explained where an applicant meets them."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from portal.terms.terms import all_terms, terms_in


def drawn(content: str, user: object = None) -> str:
    source = "{% load terms %}{% explain_terms %}{{ content }}{% endexplain_terms %}"
    return Template(source).render(Context({"content": content, "user": user or AnonymousUser()}))


def test_every_form_of_a_term_is_one_terms_own():
    forms = [form for term in all_terms() for form in term.forms]
    assert len(forms) == len(set(forms))
    assert len({term.anchor for term in all_terms()}) == len(all_terms()) >= 28
    assert all(term.means.endswith("。") for term in all_terms())


def test_a_page_explains_the_terms_that_it_uses_and_no_others():
    page = drawn("请填写联行号；第一专利权人申报。")
    assert re.findall(r"<dt>([^<]+)", page) == ["第一权利人", "联行号"]
    assert drawn("没有行话。") == "没有行话。"
    assert [term.name for term in terms_in("PCT 途径")] == ["PCT"]


class Official(AnonymousUser):
    is_official = True


def test_an_official_is_not_told_the_terms_of_the_trade():
    assert "data-terms" not in drawn("补正", Official())
    assert "data-terms" in drawn("补正")


@pytest.mark.django_db
def test_the_list_has_every_term_once():
    page = Client().get(reverse("terms:list")).content.decode()
    assert page.count("<dt>") == len(all_terms())
    assert "data-terms" not in page
