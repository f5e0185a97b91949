"""An agency's clients: addresses."""

from django.urls import path

from review.clients import views

app_name = "clients"
urlpatterns = [
    path("", views.clients, name="board"),
    path("lines/", views.lines, name="lines"),
    path("lines/<slug:code>.xlsx", views.template, name="template"),
    path("files/", views.files, name="files"),
]
