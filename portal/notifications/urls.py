"""Messages on the site."""

from django.urls import URLPattern

app_name = "notifications"
urlpatterns: list[URLPattern] = []
