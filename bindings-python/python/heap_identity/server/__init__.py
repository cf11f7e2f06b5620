"""The Heap tenant as an ASGI application: SCIM, SSO, and a small page with what has happened. For this machine alone.

`TenantApp` answers SCIM at `/scim/v2/<tenant>`, takes logins at the tenant's assertion consumer service, and shows people,
groups, events and logins at `/`; `writes` and `logins` are the same for a program. In memory, or in a file that survives a restart.
"""

from .app import TenantApp, open_tenant
from .pages import Login, Write

__all__ = ["Login", "TenantApp", "Write", "open_tenant"]
