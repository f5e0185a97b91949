"""Messages to the applicants of a call."""

from django.urls import path

from review.bulletins import views

app_name = "bulletins"
urlpatterns = [
    path("", views.bulletins, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:key>/", views.bulletin, name="bulletin"),
    path("<uuid:key>/decide/", views.decide, name="decide"),
]
