"""Working days set by the administrator."""

from django.urls import URLPattern

app_name = "workdays"
urlpatterns: list[URLPattern] = []
