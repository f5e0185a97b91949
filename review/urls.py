"""The officials' work on claims, and the public publicity lists."""

from django.urls import URLPattern

app_name = "review"
urlpatterns: list[URLPattern] = []
