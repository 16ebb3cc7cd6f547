"""All addresses of the product. Development-only pages do not exist in production."""

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from hub.api import api
from hub.views import errors, information

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("hub.urls")),
    path("", include("notifications.urls")),
    path("api/v1/", api.urls),
]

if not settings.PRODUCTION:
    components = information.static_page("dev/components.html")
    urlpatterns += [path("dev/components", components, name="components")]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
