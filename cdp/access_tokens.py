"""Short-lived access tokens of the API: JWTs signed with the hub's own Ed25519 key.

Source: RFC 6749 section 4.4 (client credentials), RFC 9068 (JWT profile), RFC 8037 (EdDSA).
"""

from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cdp.errors import NotAuthenticated
from identity.ids import Instant
from identity.secret import SecretKey

ISSUER = "enishi"
_ALGORITHM = "EdDSA"
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and for how long it holds."""

    text: str
    expires_in_seconds: int


class AccessTokens:
    """Issues and checks tokens that name a client and nothing else; roles are looked up at each use."""

    def __init__(self, seed: SecretKey, *, ttl_seconds: int) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed.reveal())
        self._public = self._private.public_key()
        self._ttl = ttl_seconds

    def issue(self, client: str, *, at: Instant, nonce: str) -> AccessToken:
        """A token for `client`, good from `at` for the configured seconds."""
        now = at // _MICROS
        claims = {"iss": ISSUER, "sub": client, "iat": now, "exp": now + self._ttl, "jti": nonce}
        return AccessToken(jwt.encode(claims, self._private, algorithm=_ALGORITHM), self._ttl)

    def client_of(self, text: str, *, at: Instant) -> str:
        """The client that a token names.

        Raises NotAuthenticated for a token that is forged, expired or not ours; which of them is told only for expiry.
        """
        try:
            claims = jwt.decode(
                text,
                self._public,
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            raise NotAuthenticated(
                "the access token is not one of ours", remedy="get one from POST /v1/oauth/token"
            ) from None
        if at // _MICROS >= int(claims["exp"]):
            raise NotAuthenticated("the access token has expired", remedy="get a new one from POST /v1/oauth/token")
        return str(claims["sub"])
