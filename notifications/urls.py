"""Addresses of what e-mails lead to, and of who gets which; in development only, the
mail catcher."""

from django.conf import settings
from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from notifications import (
    views,
    views_devices,
    views_emails,
    views_journal,
    views_links,
    views_own_links,
    views_preferences,
    views_reply,
    views_unsubscribe,
)

app_name = "notifications"

urlpatterns: list[URLPattern | URLResolver] = [
    # Reply links.
    path("r/<str:token>", views_links.link, name="link"),
    path("reponse", views_reply.reply, name="reply"),
    path("reponse/code", views_links.code, name="reply-code"),
    path("reponse/autre-code", views_links.new_code, name="reply-new-code"),
    path("reponse/lecture", views_reply.read, name="reply-read"),
    path("reponse/accuse/<int:seq>", views_reply.acknowledge, name="reply-acknowledge"),
    path("reponse/delai-inchange", views_reply.unchanged, name="reply-unchanged"),
    path("reponse/enregistree", views_reply.done, name="reply-done"),
    path("liens", views_own_links.own_links, name="own-links"),
    # (end of reply links)
    # Preferences and the journal.
    path("preferences", views_preferences.own_preferences, name="preferences"),
    path("preferences/audience", views_preferences.hearing, name="hearing"),
    path("preferences/creneaux", views_preferences.hearing_slots, name="hearing-slots"),
    path("preferences/essai", views_preferences.test_mail, name="test-mail"),
    path("notifications", views_journal.journal, name="journal"),
    path("notifications/echecs", views_journal.failed, name="failures"),
    # (end of preferences)
    # Summaries.
    path(
        "desinscription/<str:token>", views_unsubscribe.unsubscribe, name="unsubscribe"
    ),
    # (end of summaries)
    # Web push.
    path("preferences/appareils", views_devices.own_devices, name="devices"),
    path(
        "preferences/appareils/<int:device>/fin",
        views_devices.device_end,
        name="device-end",
    ),
    path("push-worker.js", views_devices.push_worker, name="push-worker"),
    # (end of web push)
]

if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/mail", views.mail_list, name="dev-mail"),
        path("dev/mail/<int:number>", views.mail, name="dev-mail-message"),
        path("dev/emails", views_emails.samples, name="dev-emails"),
        path(
            "dev/emails/<str:name>/<str:language>/<str:policy>.<str:part>",
            views_emails.sample,
            name="dev-email",
        ),
    ]
