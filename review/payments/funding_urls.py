"""The money of claims."""

from django.urls import path

from review.payments.views import claims

app_name = "funding"
urlpatterns = [
    path("", claims.payments, name="payments"),
    path("export/", claims.payments_export, name="payments_export"),
    path("<uuid:key>/", claims.payment, name="payment"),
]
