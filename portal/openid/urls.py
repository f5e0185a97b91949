"""Addresses of signing in through a provider; the sign-in package includes them in its own."""

from django.urls import path

from portal.openid import views

urlpatterns = [
    path("openid/cancelled/", views.cancelled, name="socialaccount_login_cancelled"),
    path("openid/link/", views.link, name="openid_link"),
    path("openid/<slug:provider_id>/", views.login, name="openid_login"),
    path("openid/<slug:provider_id>/callback/", views.callback, name="openid_callback"),
]
