"""The home page, a different one for each kind of visitor."""

from django.urls import path

from review.home import views

urlpatterns = [
    path("", views.home, name="home"),
]
