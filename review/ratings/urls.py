"""Ratings of finished matters."""

from django.urls import path

from review.ratings import views

app_name = "ratings"
urlpatterns = [
    path("", views.own, name="own"),
    path("desk/", views.desk, name="desk"),
    path("claims/<uuid:key>/", views.rate, name="rate"),
    path("<uuid:key>/", views.rating, name="rating"),
]
