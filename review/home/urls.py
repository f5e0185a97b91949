"""The home page, a different one for each kind of visitor, and the two pages that the footer links to."""

from django.urls import path

from portal.privacy.views import notice
from review.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("contact/", views.contact, name="contact"),
    path("privacy/", notice, name="privacy"),
]
