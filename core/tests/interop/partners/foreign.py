"""A service provider that is not ours, as a web server: python3-saml behind Python's own http.server."""

import html
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from lines import certificate_body
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from partner import CERTIFICATE


def serve(port, idp):
    """Serves it in a thread; its entity id and its assertion consumer service."""
    entity_id, acs = f"http://127.0.0.1:{port}/metadata", f"http://127.0.0.1:{port}/acs"
    binding = "urn:oasis:names:tc:SAML:2.0:bindings:"
    settings = {
        "strict": True,
        "sp": {"entityId": entity_id, "assertionConsumerService": {"url": acs, "binding": binding + "HTTP-POST"}},
        "idp": {
            "entityId": idp,
            "singleSignOnService": {"url": idp + "/sso", "binding": binding + "HTTP-Redirect"},
            "x509cert": certificate_body(CERTIFICATE),
        },
    }
    sent = {}

    class Handler(BaseHTTPRequestHandler):
        def auth(self, form):
            request = {
                "https": "off", "http_host": f"127.0.0.1:{port}", "script_name": self.path.split("?")[0],
                "get_data": {}, "post_data": form,
            }
            return OneLogin_Saml2_Auth(request, settings)

        def answer(self, status, body, **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def do_GET(self):
            auth = self.auth({})
            url = auth.login(return_to="/reports/7")
            sent["request"] = auth.get_last_request_id()
            self.answer(303, "", Location=url)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            auth = self.auth(form)
            auth.process_response(sent.pop("request", None))
            if auth.get_errors():
                return self.answer(403, html.escape(f"refused: {auth.get_last_error_reason()}"))
            text = f'<p id="subject">{html.escape(auth.get_nameid())}</p><p id="relay">{html.escape(form.get("RelayState", ""))}</p>'
            self.answer(200, text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return entity_id, acs
