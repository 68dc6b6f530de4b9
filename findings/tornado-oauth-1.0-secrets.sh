#!/usr/bin/env bash
# A consumer secret with a character that URLs reserve, in OAuth 1.0 without the revision "a".
#
# Versions: tornado 6.6.1, oauthlib 4.0.1 (PyPI).
# Behaviour: OAuthMixin signs with the secrets as they are if `_OAUTH_VERSION` is "1.0", and with the
#   encoded ones if it is "1.0a". A server accepts the first only if no secret has such a character.
# Why it surprises: OAuth Core 1.0 section 9.2 wants both secrets encoded, as 1.0a and RFC 5849 do. The
#   revision changed the way of the verifier and of the callback, not the signature.
# Output seen on 29 November 2026:
#   1.0, secret "plain": accepted
#   1.0, secret "with & and %": refused
#   1.0a, secret "plain": accepted
#   1.0a, secret "with & and %": accepted
# Exits with 1 if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tornado==6.6.1 oauthlib==4.0.1 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import sys

from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature
from tornado.auth import OAuthMixin

URL = "https://api.example.com/user"
TOKEN = {"key": "token", "secret": "secret"}
changed = False
for version in "1.0", "1.0a":
    for secret in "plain", "with & and %":

        class Mixin(OAuthMixin):
            _OAUTH_VERSION = version

            def _oauth_consumer_token(self):
                return {"key": "client", "secret": secret}

        sent = Mixin()._oauth_request_parameters(URL, TOKEN)
        found = sent.pop("oauth_signature")
        base = signature.signature_base_string(
            "GET",
            signature.base_string_uri(URL),
            signature.normalize_parameters(
                [(name, value.decode() if isinstance(value, bytes) else value) for name, value in sent.items()]
            ),
        )
        client = Client("client", client_secret=secret, resource_owner_secret="secret")
        expected = signature.sign_hmac_sha1_with_client(base, client)
        found = found.decode() if isinstance(found, bytes) else found
        outcome = "accepted" if found == expected else "refused"
        print(f'{version}, secret "{secret}": {outcome}')
        is_odd = version == "1.0" and secret != "plain"
        changed = changed or outcome != ("refused" if is_odd else "accepted")
sys.exit(1 if changed else 0)
PYTHON
