"""Addresses that only a development deployment has, under /dev/."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("mail", views.mail_list, name="dev-mail"),
    path("mail/<int:number>", views.mail, name="dev-mail-message"),
]
