"""Public pages of the catalogue."""

from django.urls import URLPattern

app_name = "policies"
urlpatterns: list[URLPattern] = []
