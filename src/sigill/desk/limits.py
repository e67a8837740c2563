"""How often something may be tried, counted in the shared cache, so that several processes count together.

Counted per address (or token) and kind of call, never per account: nobody can use up another's tries.
"""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.cache import cache


def address(meta: Mapping[str, Any]) -> str:
    """Where a request comes from.

    Behind the proxy that ends TLS (`SIGILL_HTTPS`) it is what the proxy wrote last in X-Forwarded-For; what stands
    before that anybody can have written. Without a proxy the header is not believed at all.
    """
    told = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return told if told and settings.SECURE_PROXY_SSL_HEADER else str(meta.get("REMOTE_ADDR", ""))


def allowed(kind: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one try; whether it is within bounds.

    Args:
        who: an address or a token's id; hashed before it is kept.
        most: tries in a window of `seconds`.
    """
    window = int(time.time()) // seconds
    key = f"limit:{kind}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{window}"
    if cache.add(key, 1, timeout=seconds * 2):
        return most >= 1
    try:
        return int(cache.incr(key)) <= most
    except ValueError:  # it ran out between the two calls
        return True
