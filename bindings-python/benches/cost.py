"""What Python adds: verification beside Rust's own (`saml_worker`), on one thread and on two, and the time that the import takes.

usage: cost.py SAML_WORKER

Both sides are measured in turn, in short slices, and the median of the rounds' ratios is shown: what else the machine does meets
both alike.
"""

import base64
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from typing import Any

from heap_identity import Expected, IdentityProvider, ReplayCache, ServiceProvider, SigningKey, Trust

KEYS = Path(__file__).parents[2] / "core/tests/vectors/keys"
IDP, SP, ACS = "https://sso.jumpcloud.com/saml2/heap", "https://heapanalytics.com", "https://heapanalytics.com/saml/finalize/1234/"
# The worker's clock.
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
ROUNDS, SLICE = 40, 0.1


def key() -> SigningKey:
    parts = [(KEYS / f"rsa2048.{part}.pem").read_text() for part in ("key", "cert")]
    return SigningKey.from_pem(key_pem=parts[0], certificate_pem=parts[1])


def signed() -> str:
    """A small Response: three attributes, the Assertion signed with RSA of 2048 bits."""
    said = {"email": ["ada@example.com"], "firstName": ["Ada"], "groups": ["Analysts"]}
    return IdentityProvider(entity_id=IDP, key=key()).respond(subject="ada@example.com", audience=SP, acs_url=ACS, now=NOW, attributes=said).xml


@contextmanager
def worker(command: str, xml: str) -> Iterator[Callable[[str], float]]:
    """Rust's own: the microseconds that an operation takes."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = {"small": {"key": "rsa", "file": "small.xml", "sigs": ["Assertion"]}}
        (Path(folder) / "manifest.json").write_text(json.dumps({"idp": IDP, "sp": SP, "acs": ACS, "inputs": inputs}))
        (Path(folder) / "small.xml").write_text(xml)
        for part in ("key", "cert"):
            (Path(folder) / f"rsa.{part}.pem").write_bytes((KEYS / f"rsa2048.{part}.pem").read_bytes())
        process = subprocess.Popen([command, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        sent, answers = process.stdin, process.stdout
        assert sent and answers

        def run(op: str) -> float:
            print(json.dumps({"cmd": "run", "op": op, "input": "small", "ms": int(SLICE * 1000)}), file=sent, flush=True)
            answer: dict[str, Any] = json.loads(answers.readline())
            return float(answer["us"])

        yield run
        sent.close()
        process.wait()


def consumer(xml: str) -> Callable[[], object]:
    """From the form's value to a verified login, as the worker does it."""
    value = base64.b64encode(xml.encode()).decode()
    heap = ServiceProvider(entity_id=SP, acs_url=ACS, trusted=[Trust(entity_id=IDP, certificates=[key().certificate])])
    expected = Expected.unsolicited()
    return lambda: heap.verify(saml_response=value, expected=expected, now=NOW, replay=ReplayCache(capacity=1))


def on_one_thread(consume: Callable[[], object]) -> float:
    """The median of single operations, in microseconds."""
    samples, end = [], time.perf_counter() + SLICE
    while time.perf_counter() < end:
        start = time.perf_counter()
        consume()
        samples.append((time.perf_counter() - start) * 1e6)
    return median(samples)


def rate(consume: Callable[[], object], threads: int) -> float:
    """Operations a second of so many threads together."""
    done = [0.0] * threads
    barrier = threading.Barrier(threads)

    def work(number: int) -> None:
        barrier.wait()
        start, count = time.perf_counter(), 0
        while (lasted := time.perf_counter() - start) < SLICE:
            consume()
            count += 1
        done[number] = count / lasted

    running = [threading.Thread(target=work, args=[number]) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(done)


def started(code: str) -> float:
    """The milliseconds of an interpreter that runs this."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    xml = signed()
    consume = consumer(xml)
    consume()
    with worker(sys.argv[1], xml) as rust:
        one, two, rusts_two = [], [], []
        for _ in range(ROUNDS):
            one.append((on_one_thread(consume), rust("consume")))
            two.append(rate(consume, 2) / rate(consume, 1))
            rusts_two.append(rust("consume") / rust("consume@2"))
    python, own = (median(times) for times in zip(*one))
    print(f"verify, {len(xml)} bytes: {median(p / r for p, r in one):.3f} times Rust's own ({python:.1f} µs to {own:.1f} µs)")
    print(f"two threads: {median(two):.2f} times one (Rust's own: {median(rusts_two):.2f})")
    added = median(started("import heap_identity") - started("pass") for _ in range(ROUNDS))
    print(f"import heap_identity: {added:.1f} ms more than the bare interpreter")


main()
