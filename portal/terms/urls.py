"""The terms of the trade."""

from django.urls import path

from portal.terms import views

app_name = "terms"
urlpatterns = [path("", views.terms, name="list")]
