"""What is kept of a failed sign-in instead of the name that was tried and where it came from.

A password may be typed into the field of the name by mistake, and addresses are personal data.
"""

import hashlib
import hmac
import ipaddress
import unicodedata

from flask import current_app

_LONGEST_NAME = 200


def account_digest(name: str) -> str:
    """Return the digest of a sign-in name as it was typed."""
    return _digest("account", unicodedata.normalize("NFKC", name[:_LONGEST_NAME]).casefold())


def address_digest(address: str) -> str:
    """Return the digest of an address; of IPv6 the network counts, as one reader has all of it."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return _digest("address", "")
    if isinstance(known, ipaddress.IPv6Address):
        return _digest("address", str(ipaddress.ip_network((int(known), 64), strict=False)))
    return _digest("address", str(known))


def _digest(kind: str, text: str) -> str:
    """Return a digest that only this instance can make, so that nobody finds its text by trying."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{kind}\0{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
