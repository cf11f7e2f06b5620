"""Service providers of others, each on the loopback interface, as (name, base URL) while it runs."""

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

TOKEN = "interop-token"

SCIMMY = """
const express = require("express");
const SCIMMY = require("scimmy");
const Routers = require("scimmy-routers");
const stores = { User: new Map(), Group: new Map() };
let last = 0;
for (const type of ["User", "Group"]) {
  const store = stores[type];
  const name = type === "User" ? "userName" : "displayName";
  SCIMMY.Resources.declare(SCIMMY.Resources[type], {
    ingress: async (resource, data) => {
      const id = resource.id ?? String(++last);
      if (resource.id && !store.has(id)) throw new SCIMMY.Types.Error(404, null, "no such resource");
      for (const [other, held] of store) {
        if (type === "User" && other !== id && held[name].toLowerCase() === data[name].toLowerCase()) {
          throw new SCIMMY.Types.Error(409, "uniqueness", "taken");
        }
      }
      store.set(id, { ...JSON.parse(JSON.stringify(data)), id });
      return store.get(id);
    },
    egress: async (resource) => {
      if (resource.id) {
        if (!store.has(resource.id)) throw new SCIMMY.Types.Error(404, null, "no such resource");
        return store.get(resource.id);
      }
      const all = [...store.values()];
      return resource.filter ? resource.filter.match(all) : all;
    },
    degress: async (resource) => {
      if (!store.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, "no such resource");
    },
  });
}
const app = express();
app.use("/scim", new (Routers.default ?? Routers)({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== "Bearer " + process.argv[3]) throw new Error("no");
    return "client";
  },
}));
app.listen(Number(process.argv[2]), "127.0.0.1");
"""

DJANGO = """
import sys
from django.conf import settings
port, token, folder = sys.argv[1:4]
settings.configure(
    DEBUG=False, SECRET_KEY="interop", ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", AUTH_USER_MODEL="peer.Account",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder + "/peer.sqlite3"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_scim", "peer"],
    MIDDLEWARE=["peer.middleware.Token", "django_scim.middleware.SCIMAuthCheckMiddleware"],
    INTEROP_TOKEN=token,
    SCIM_SERVICE_PROVIDER={
        "NETLOC": "127.0.0.1:" + port, "SCHEME": "http", "GROUP_MODEL": "peer.models.Team",
        "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "t", "description": "t"}],
        "GET_IS_AUTHENTICATED_PREDICATE": "peer.middleware.is_authenticated",
    },
)
import django
django.setup()
from django.core.management import call_command
from django.urls import include, path
urlpatterns = [path("scim/", include("django_scim.urls"))]
call_command("makemigrations", "peer", verbosity=0)
call_command("migrate", verbosity=0)
call_command("runserver", "127.0.0.1:" + port, "--noreload", verbosity=0)
"""

DJANGO_MODELS = """
from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin
class Team(Group, AbstractSCIMGroupMixin):
    pass
class Account(AbstractSCIMUserMixin, AbstractUser):
    scim_groups_of = None
    @property
    def scim_groups(self):
        return Team.objects.filter(user=self)
"""

DJANGO_MIDDLEWARE = """
from types import SimpleNamespace
from django.conf import settings
class Token:
    def __init__(self, get_response):
        self.get_response = get_response
    def __call__(self, request):
        right = request.headers.get("Authorization") == "Bearer " + settings.INTEROP_TOKEN
        request.user = SimpleNamespace(is_anonymous=not right, is_authenticated=right)
        return self.get_response(request)
def is_authenticated(user):
    return user.is_authenticated
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, base_url, log, **more):
    """The program while it runs, once it answers."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **more)
    try:
        deadline = time.monotonic() + 60
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start: {Path(log).read_text(errors='replace')[-2000:]}")
            try:
                urllib.request.urlopen(f"{base_url}/ServiceProviderConfig", timeout=2)
                break
            except urllib.error.HTTPError:
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield base_url
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def scim2_server(folder):
    """PyPI `scim2-server`."""
    port = free_port()
    program = Path(sys.executable).with_name("scim2-server")
    command = [program, "--port", str(port), "--bearer-token", TOKEN]
    with running(command, f"http://127.0.0.1:{port}", folder / "scim2-server.log") as base_url:
        yield base_url


@contextlib.contextmanager
def scimmy_routers(folder):
    """npm `scimmy-routers` on express 4; `NODE_PATH` names the folder where npm put them."""
    (folder / "scimmy.cjs").write_text(SCIMMY)
    port = free_port()
    command = ["node", folder / "scimmy.cjs", str(port), TOKEN]
    with running(command, f"http://127.0.0.1:{port}/scim", folder / "scimmy.log") as base_url:
        yield base_url


@contextlib.contextmanager
def django_scim2(folder):
    """PyPI `django-scim2`."""
    app = folder / "peer"
    app.mkdir()
    (app / "__init__.py").write_text("")
    (app / "models.py").write_text(DJANGO_MODELS)
    (app / "middleware.py").write_text(DJANGO_MIDDLEWARE)
    (folder / "django_peer.py").write_text(DJANGO)
    port = free_port()
    command = [sys.executable, folder / "django_peer.py", str(port), TOKEN, str(folder)]
    with running(command, f"http://127.0.0.1:{port}/scim", folder / "django.log", cwd=folder) as base_url:
        yield base_url


PEERS = {"scim2-server": scim2_server, "scimmy-routers": scimmy_routers, "django-scim2": django_scim2}


@contextlib.contextmanager
def folder():
    path = Path(tempfile.mkdtemp(prefix="scim-interop-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
