"""The questionnaire: addresses."""

from django.urls import path

from policies.finder import views

app_name = "finder"
urlpatterns = [
    path("", views.start, name="start"),
    path("events/", views.events, name="events"),
    path("facts/", views.facts, name="facts"),
    path("result/", views.result, name="result"),
]
