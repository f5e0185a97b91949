"""The sheet of a year."""

from django.urls import path

from review.statements import views

app_name = "statements"
urlpatterns = [path("year/", views.year_export, name="year_export")]
