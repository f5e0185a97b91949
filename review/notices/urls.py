"""Notices and their verification."""

from django.urls import URLPattern

app_name = "notices"
urlpatterns: list[URLPattern] = []
