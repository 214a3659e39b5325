"""An identity provider for tests: over real HTTP, with real keys, as strict as the standard asks, faults on demand."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT_ID = "questrag of the bank"
CLIENT_SECRET = "a secret: with signs/of every+kind%"
ACCESS_TOKEN = "opens the person's own page"
PAGE = "http://localhost:8000"
"""Where people open the page, as far as the provider knows."""

Claims = dict[str, Any]


@cache
def an_rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def an_ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str, **more: str) -> dict[str, Any]:
    """Return what the provider publishes of a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, **more}
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, **more}


class OidcPeer:
    """One person has an account here, and is always signed in."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[str] = []
        self.reset()

    def reset(self) -> None:
        self.secret = CLIENT_SECRET
        """Empty: the client is a public one."""
        self.who: Claims = {"sub": "emp-17", "preferred_username": "priya@bank.example", "email": "priya@bank.example"}
        self.apart: Claims | None = None
        """What it tells of the person only when it is asked with the access token."""
        self.description: Claims = {}
        """What the discovery document says otherwise."""
        self.keys = [jwk(an_rsa_key("first"), "first", use="sig", alg="RS256")]
        self.change: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = signed
        self.faults: dict[str, Callable[[Handler], None]] = {}
        """By path: what happens instead."""
        self.codes: dict[str, dict[str, str]] = {}
        self.requests.clear()


def signed(claims: Claims, kid: str | None = "first", algorithm: str = "RS256", **header: Any) -> str:
    """Sign with the key of that name."""
    key = an_ec_key(kid or "first") if algorithm == "ES256" else an_rsa_key(kid or "first")
    return jwt.encode(claims, key, algorithm, headers={"kid": kid, **header} if kid else header)


@contextmanager
def oidc_peer() -> Iterator[OidcPeer]:
    peer = OidcPeer()
    handler = type("Handler", (Handler,), {"peer": peer})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        peer.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield peer
        finally:
            server.shutdown()


class Handler(BaseHTTPRequestHandler):
    peer: OidcPeer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the class names it
        pass

    def do_GET(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route()

    def _route(self) -> None:
        path = urlsplit(self.path).path
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.peer.requests.append(path)
        if fault := self.peer.faults.get(path):
            fault(self)
            return
        match self.command, path:
            case "GET", "/.well-known/openid-configuration":
                self.say(200, self.describe())
            case "GET", "/authorize":
                self._authorize()
            case "POST", "/token":
                self._token()
            case "GET", "/me" if self.headers.get("Authorization") == f"Bearer {ACCESS_TOKEN}":
                self.say(200, self.peer.apart)
            case "GET", "/keys":
                self.say(200, {"keys": self.peer.keys})
            case _:
                self.say(404, {"error": "no such page"})

    def describe(self) -> Claims:
        url = self.peer.url
        said: Claims = {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/keys",
            "code_challenge_methods_supported": ["S256"],
        }
        if self.peer.apart is not None:
            said["userinfo_endpoint"] = f"{url}/me"
        return said | self.peer.description

    def _authorize(self) -> None:
        asked = _only(urlsplit(self.path).query)
        back = asked.get("redirect_uri")
        if asked.get("client_id") != CLIENT_ID or back != f"{PAGE}/sign-in/return":
            self.say(400, {"error": "unknown client"})  # nobody is sent to an address that is not registered
            return
        fits = asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        if not fits or "openid" not in asked["scope"].split() or len(asked["code_challenge"]) != 43:
            self._go(f"{back}?{urlencode({'error': 'invalid_request', 'state': asked['state']})}")
            return
        code = secrets.token_urlsafe(16)
        self.peer.codes[code] = asked
        self._go(f"{back}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.peer.url})}")

    def _token(self) -> None:
        asked = _only(self.body)
        if not self._knows_client(asked):
            self.say(401, {"error": "invalid_client"})
            return
        begun = self.peer.codes.pop(asked.get("code", ""), None)  # once
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if (
            begun is None
            or asked.get("grant_type") != "authorization_code"
            or begun["redirect_uri"] != asked.get("redirect_uri")
            or base64.urlsafe_b64encode(digest).decode().rstrip("=") != begun["code_challenge"]
        ):
            self.say(400, {"error": "invalid_grant"})
            return
        now = int(time.time())
        claims = {"iss": self.peer.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": begun["nonce"]}
        token = self.peer.sign(self.peer.change(claims | self.peer.who))
        self.say(200, {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": token})

    def _knows_client(self, asked: dict[str, str]) -> bool:
        if not self.peer.secret:
            return asked.get("client_id") == CLIENT_ID and "Authorization" not in self.headers
        methods = self.peer.description.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            name, _, secret = given.partition(":")
            return (unquote(name), unquote(secret)) == (CLIENT_ID, self.peer.secret)
        return (asked.get("client_id"), asked.get("client_secret")) == (CLIENT_ID, self.peer.secret)

    def _go(self, where: str) -> None:
        self.say(302, {}, Location=where)

    def say(self, status: int, body: object, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)


def _only(query: str) -> dict[str, str]:
    """Return the parameters; one that is there twice fails."""
    return {name: value for name, (value,) in parse_qs(query, strict_parsing=True).items()}
