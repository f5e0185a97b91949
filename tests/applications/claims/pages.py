"""Addresses and controls of a claim's pages."""

from django.contrib.messages import get_messages
from django.urls import reverse


def url(name, claim=None, **query):
    path = reverse(f"applications:{name}", args=[claim.key] if claim else [])
    return f"{path}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else path


def controls(claim, **facts):
    """What the form of the claim's first line sends."""
    line = claim.lines.order_by("position").first()
    return {"revision": claim.revision} | {f"l{line.pk}-{name}": value for name, value in facts.items()}


def words(response):
    return [str(message) for message in get_messages(response.wsgi_request)]
