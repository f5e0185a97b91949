"""The short address in a notice's QR code."""

from django.urls import path

from review.notices import views

app_name = "verification"
urlpatterns = [path("<str:code>/", views.verified, name="notice")]
