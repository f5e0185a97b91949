"""Payments."""

from django.urls import path

from review.funding import views

app_name = "funding"
urlpatterns = [
    path("", views.payments, name="payments"),
    path("export/", views.payments_export, name="payments_export"),
    path("<uuid:key>/", views.payment, name="payment"),
]
