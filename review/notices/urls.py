"""Notices and their verification."""

from django.urls import path

from review.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("verify/", views.verify, name="verify"),
    path("<slug:code>.pdf", views.download, name="download"),
]
