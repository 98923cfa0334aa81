"""Signing in: users of the configuration, or OpenID Connect."""

from dashboard.signin.handlers import routes
from dashboard.signin.passwords import PasswordError, hash_password
from dashboard.signin.viewing import Viewing

__all__ = ["PasswordError", "Viewing", "hash_password", "routes"]
