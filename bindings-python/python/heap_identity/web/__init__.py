"""Login in front of a web application, by the identity provider: ASGI (FastAPI, Starlette) and WSGI (Flask, Django).

`SingleSignOn` answers requests as values; `SsoMiddleware` and `SsoWsgiMiddleware` put it in front of an application. Needs the
extra `heap-identity[web]`.
"""

from .asgi import SsoMiddleware
from .http import Incoming
from .replay import SqliteUsedLogins, UsedLogins
from .session import Login, current_login
from .sign_on import SingleSignOn
from .wsgi import SsoWsgiMiddleware

__all__ = ["Incoming", "Login", "SingleSignOn", "SqliteUsedLogins", "SsoMiddleware", "SsoWsgiMiddleware", "UsedLogins", "current_login"]
