"""Figures, what stands behind them, and the page for those who decide."""

from django.urls import path

from review.figures import views

app_name = "figures"
urlpatterns = [
    path("", views.board, name="board"),
    path("export/", views.board_export, name="export"),
    path("behind/", views.claims_behind, name="behind"),
    path("summary/", views.summary, name="summary"),
]
