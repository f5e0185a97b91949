"""The home page: what one can get, or the next thing to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.access import access, public


@access(public)
def home(request: HttpRequest) -> HttpResponse:
    """Show strangers and applicants what they can get and how, officials what waits for them."""
    return render(request, "home/home.html")
