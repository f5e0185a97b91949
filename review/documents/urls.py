"""Official documents and claim forms to download."""

from django.urls import path

from review.documents import views

app_name = "documents"
urlpatterns = [
    path("publicity/<uuid:key>.pdf", views.publicity, name="publicity"),
    path("appropriation/<uuid:key>.pdf", views.appropriation, name="appropriation"),
    path("agenda/<slug:key>.pdf", views.agenda, name="agenda"),
    path("meeting/<slug:key>/<int:volume>.pdf", views.meeting, name="meeting"),
    path("mandate/<uuid:key>.pdf", views.mandate, name="mandate"),
    path("minutes/<int:pk>.pdf", views.minutes, name="minutes"),
    path("claim-form/<uuid:key>.pdf", views.claim_form, name="claim_form"),
]
