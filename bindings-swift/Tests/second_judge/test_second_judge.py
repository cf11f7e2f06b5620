"""The surface that Swift has, through uniffi's own Python: another generator must come to the same verdicts.

The generated module is on the path (`cargo xtask test swift`); `HEAP_IDENTITY_SAML_VECTORS` names the Responses.
"""

import json
import os
import re
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

import HeapIdentity as hi

VECTORS = Path(__file__).resolve().parents[3] / "core/tests/vectors"
NOW = datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
IDP = "https://sso.jumpcloud.com/saml2/heap"
HEAP = "https://heapanalytics.com"
ACS = "https://heapanalytics.com/saml/finalize/1234567/"


def pem(name):
    return (VECTORS / f"keys/{name}.pem").read_text()


def code(scim_type):
    """`invalidFilter` is `scim.invalid_filter`."""
    return "scim." + re.sub("([A-Z])", lambda upper: "_" + upper[1].lower(), scim_type)


def kind(resource):
    schemas = resource.get("schemas", [])
    return hi.ResourceKind.GROUP if hi.schema_urn(hi.ResourceKind.GROUP) in schemas else hi.ResourceKind.USER


class Scim(unittest.TestCase):
    def test_d24_every_filter_vector_gives_its_answer(self):
        file = json.loads((VECTORS / "scim/filters.json").read_text())
        self.assertEqual((len(file["vectors"]), len(file["invalid"])), (299, 17))
        for vector in file["vectors"]:
            resource = file["resources"][vector["resource"]]
            matches = hi.Filter(vector["filter"]).matches(json.dumps(resource), kind(resource))
            self.assertEqual(matches, vector["expect"], vector["id"])
        for vector in file["invalid"]:
            with self.assertRaises(hi.HeapIdentityError) as refused:
                hi.Filter(vector["filter"]).matches('{"userName":"ann"}', hi.ResourceKind.USER)
            self.assertEqual(refused.exception.code, code(vector["expect"]), vector["id"])

    def test_d24_every_patch_vector_gives_its_answer(self):
        vectors = json.loads((VECTORS / "scim/patches.json").read_text())["vectors"]
        self.assertEqual(len(vectors), 56)
        for vector in vectors:
            message = json.dumps({"Operations": vector["patch"]})
            try:
                after = hi.patch_in_any_dialect(json.dumps(vector["before"]), message, kind(vector["before"]))
                self.assertEqual(json.loads(after.resource), vector.get("after"), vector["id"])
            except hi.HeapIdentityError as error:
                self.assertIn(error.code, [code(kind) for kind in vector.get("error") or []], vector["id"])


class Saml(unittest.TestCase):
    def test_a01_every_response_has_the_verdict_that_it_has_in_rust(self):
        trusted = [hi.Certificate(pem(f"{key}.cert")) for key in ("rsa2048", "p256")]
        service_provider = hi.ServiceProvider(HEAP, ACS, [hi.Trust(entity_id=IDP, certificates=trusted)])
        replays, count = {}, 0
        with open(os.environ["HEAP_IDENTITY_SAML_VECTORS"]) as lines:
            for line in lines:
                vector = json.loads(line)
                replay = replays.setdefault(vector["session"], hi.ReplayCache(10))
                request = vector["in_response_to"]
                expected = hi.Expected.ANSWER_TO(request, IDP) if request else hi.Expected.UNSOLICITED()
                try:
                    login = service_provider.verify(vector["response"], expected, NOW, replay)
                    self.assertEqual((None, login.subject()), (vector["code"], vector["name_id"]), vector["id"])
                except hi.HeapIdentityError.Rejected as rejected:
                    self.assertEqual(rejected.code, vector["code"], vector["id"])
                    failed = [outcome for outcome in rejected.report.outcomes if outcome.status == "failed"]
                    self.assertEqual(failed[0].check.code, rejected.code)
                count += 1
        self.assertGreater(count, 100)


class Sync(unittest.TestCase):
    def setUp(self):
        self.tenant = hi.Tenant("acme", "12345", seed=1)
        certificate = hi.Certificate(pem("rsa2048.cert"))
        self.tenant.configure_sso(hi.SsoSettings(certificate=certificate, remote_login_url=IDP))
        self.token = self.tenant.enable_scim(hi.Role.CONSUMER()).bearer_token
        self.journal = []

    def directory(self, ids):
        people = [hi.Person(id=id, user_name=f"{id}@example.com") for id in ids]
        groups = [hi.DirectoryGroup(id="g", name="Team")]
        return hi.Snapshot(people, groups, [hi.Membership(group="g", person=id) for id in ids])

    def run_to_its_end(self, ids):
        config = hi.SyncConfig(base_url=self.tenant.base_url(), bearer_token=self.token)
        engine = hi.Engine(config, self.directory(ids), list(self.journal), 3)
        now = NOW
        while True:
            poll = engine.poll(now)
            if poll.is_PERSIST():
                self.journal += poll.records
            elif poll.is_SEND():
                engine.receive(poll.id, hi.Reply.RESPONSE(self.tenant.handle(poll.request, now)), now)
            elif poll.is_DONE():
                return engine, poll.summary
            else:
                now += timedelta(seconds=1)

    def test_a_directory_is_provisioned_and_a_second_run_is_idle(self):
        _, summary = self.run_to_its_end(["ann", "bob"])
        self.assertTrue(summary.outcome.is_FINISHED())
        self.assertEqual(summary.failed, 0)
        users = {user["userName"]: user["active"] for user in map(json.loads, self.tenant.users())}
        self.assertEqual(users, {"ann@example.com": True, "bob@example.com": True})
        engine, _ = self.run_to_its_end(["ann", "bob"])
        self.assertEqual(engine.writes(), 0)

    def test_d02_a_guard_trips(self):
        everybody = [f"p{number}" for number in range(30)]
        self.run_to_its_end(everybody)
        engine, summary = self.run_to_its_end(["p1"])
        self.assertTrue(summary.outcome.is_AWAITING_APPROVAL())
        self.assertEqual(engine.plan().digest(), summary.outcome.digest)
        self.assertEqual(engine.writes(), 0)


class Handles(unittest.TestCase):
    def test_handles_are_freed(self):
        before = hi.live_objects()
        secret = hi.Secret("one")
        self.assertEqual(hi.live_objects(), before + 1)
        del secret
        self.assertEqual(hi.live_objects(), before)

    def test_an_error_has_a_code_and_a_message(self):
        with self.assertRaises(hi.HeapIdentityError) as refused:
            hi.Certificate("nothing")
        self.assertEqual(refused.exception.code, "pki.certificate_pem")
        self.assertIn("BEGIN", refused.exception.message)


if __name__ == "__main__":
    unittest.main()
