"""Addresses of what e-mails lead to; and, in development only, the mail catcher."""

from django.conf import settings
from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from notifications import views, views_links

app_name = "notifications"

urlpatterns: list[URLPattern | URLResolver] = [
    # Reply links.
    path("r/<str:token>", views_links.link, name="link"),
    # (end of reply links)
]

if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/mail", views.mail_list, name="dev-mail"),
        path("dev/mail/<int:number>", views.mail, name="dev-mail-message"),
    ]
