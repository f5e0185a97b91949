"""The pool of experts."""

from django.urls import path

from portal.experts import views

app_name = "experts"
urlpatterns = [
    path("", views.experts, name="list"),
    path("sheet/", views.sheet, name="sheet"),
    path("<uuid:key>/end/", views.end, name="end"),
]
