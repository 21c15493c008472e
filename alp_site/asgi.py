"""The ASGI application: HTTP by Django, websockets by channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alp_site.settings.dev")

from django.core.asgi import get_asgi_application

django_app = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from alp_site.feed import FeedConsumer

application = ProtocolTypeRouter(
    {
        "http": django_app,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/feed/", FeedConsumer.as_asgi())]))
        ),
    }
)
