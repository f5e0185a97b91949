"""The applicant's claims."""

from django.urls import URLPattern

app_name = "applications"
urlpatterns: list[URLPattern] = []
