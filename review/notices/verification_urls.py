"""The short address in a notice's QR code."""

from django.urls import path

from review.notices import views

app_name = "verification"
urlpatterns = [
    path("<str:code>/", views.verified, name="notice"),
    path("<str:code>/question.json", views.question, name="question"),
    path("<str:code>/inclusion.json", views.inclusion, name="inclusion"),
]
