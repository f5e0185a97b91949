"""Batches, what they pay, and the bank's answers."""

from django.urls import path

from review.payments.views import answers, batches, lines

app_name = "payments"
urlpatterns = [
    path("", batches.batches, name="batches"),
    path("new/", batches.new_batch, name="new_batch"),
    path("<uuid:key>/", batches.batch, name="batch"),
    path("<uuid:key>/file/<slug:code>/", batches.bank_file, name="bank_file"),
    path("answers/<int:pk>/", answers.answer, name="answer"),
    path("answers/rows/<int:pk>/", answers.row, name="row"),
    path("lines/<uuid:key>/", lines.line, name="line"),
]
