"""The board of budgets."""

from django.urls import path

from review.treasury import views

app_name = "treasury"
urlpatterns = [
    path("", views.board, name="board"),
    path("export/", views.board_export, name="board_export"),
    path("statement/", views.statement, name="statement"),
    path("statement/export/", views.statement_export, name="statement_export"),
    path("statement/close/", views.close_statement, name="close_month"),
    path("new/", views.new_line, name="new_line"),
    path("<int:pk>/", views.line, name="line"),
    path("<int:pk>/issue/", views.issue, name="issue"),
    path("<int:pk>/close/", views.close, name="close"),
]
