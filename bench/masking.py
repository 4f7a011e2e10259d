"""`python -m bench.masking`: what it takes to mask a text, and to search one for credentials.

Milliseconds, the best of several goes: on shared cores a median measures the neighbours.
"""

import json
import random
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.domain import credential, traces
from bot.kinds import leaves, mask

GOES = 7
SIZE = 100_000


def _account() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    info = {"type": "service_account", "client_email": "a@b.example", "token_uri": "https://b"}
    return json.dumps({**info, "private_key_id": "0" * 40, "private_key": pem.decode()})


def _texts() -> dict[str, str]:
    draw = random.Random(1)  # noqa: S311 - no secret
    lines = (
        f"[info] query {n} of warehouse read 12,480 rows in {draw.random():.3f} s"
        for n in range(SIZE // 50)
    )
    rows = [{"label": f"Organic {n}", "value": str(draw.random())} for n in range(SIZE // 40)]
    return {
        "a log": "\n".join(lines)[:SIZE],
        "a report": json.dumps(rows)[:SIZE],
        "one long word": "x7" * (SIZE // 2),
    }


def _best(act: Callable[[str], object], text: str) -> float:
    times: list[float] = []
    for _ in range(GOES):
        began = time.perf_counter()
        act(text)
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def main() -> None:
    secrets = {"a password": "quiet-word-of-acme", "a service account": _account()}
    for named, secret in secrets.items():
        clean = mask.Mask([secret])
        known = frozenset(credential.prints(leaves.of(secret), pepper="pepper"))

        def search(text: str, known: frozenset[str] = known) -> bool:
            return traces.found([text], known=known, pepper="pepper")

        print(f"{named}: {len(clean.parts)} forms, {len(known)} prints; ms per 100 kB")
        for kind, text in _texts().items():
            print(f"  {kind:14} mask {_best(clean, text):6.2f}   search {_best(search, text):6.2f}")


if __name__ == "__main__":
    main()
