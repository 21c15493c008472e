"""Signing in, setting and changing a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from alp_site.people import services
from alp_site.people.errors import TooManyAttempts


class SignInForm(AuthenticationForm):
    """Django's form (the address is the field `username`), slowed down after repeated failures."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not match an account.",
        "inactive": "This account is switched off.",
    }

    def clean(self) -> dict[str, Any]:
        email = str(self.cleaned_data.get("username", ""))
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        try:
            services.check_login_allowed(email=email, address=address)
        except TooManyAttempts as error:
            raise ValidationError(error.message, code=error.code) from None
        try:
            cleaned = super().clean()
        except ValidationError:
            services.record_login_failure(email=email, address=address)
            raise
        services.clear_login_failures(email=email)
        return cleaned


class SignInView(LoginView):
    """Errors answer 200 with the form, as Django does; `next` is followed only within this site."""

    template_name = "people/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class InviteView(PasswordResetConfirmView):
    """Where an invited person sets their first password; the link works once."""

    template_name = "people/set_password.html"
    post_reset_login = True
    post_reset_login_backend = "alp_site.people.services.backend.SessionBackend"
    success_url = reverse_lazy("root:index")


class PasswordView(PasswordChangeView):
    """Changing one's password; ends one's other sessions."""

    template_name = "people/password.html"
    success_url = reverse_lazy("root:index")
