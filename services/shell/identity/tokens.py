"""Bearer tokens, signed with the key of the box. They are for programs and for `hearth token`."""

import hashlib
import hmac
import os
from datetime import datetime, timedelta
from pathlib import Path

import jwt

from services.shell.identity.caller import Caller, Role

_ISSUER = "hearth"
_KEY_BYTES = 32


def box_key(path: Path) -> bytes:
    """The key of the box, made on first use (32 bytes, mode 0600). Errors: ValueError when the file is damaged."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # written aside and linked into place: two processes that start at once agree on one whole key
    if not path.exists():
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise ValueError(
            f"{path} holds {len(key)} bytes instead of {_KEY_BYTES}: restore it from the backup of this box"
        )
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, so that a signature made for one is worth nothing for another."""
    return hmac.digest(key, f"hearth/{purpose}".encode(), hashlib.sha256)


def mint_token(key: bytes, *, name: str, role: Role, scope: str, ttl_seconds: int, now: datetime) -> str:
    """A token for that name, role and scope (`""` is the whole box), valid for `ttl_seconds` from `now` on."""
    assert now.tzinfo is not None
    assert ttl_seconds > 0
    claims = {
        "iss": _ISSUER,
        "sub": name,
        "role": role.value,
        "scope": scope,
        "iat": now,
        "exp": now + timedelta(seconds=ttl_seconds),
    }
    return jwt.encode(claims, derived(key, "token"), "HS256")


def verify_token(key: bytes, token: str) -> Caller | None:
    """The caller that the token names; None when it is forged, expired, incomplete or of an unknown role."""
    try:
        claims = jwt.decode(
            token,
            derived(key, "token"),
            algorithms=["HS256"],
            issuer=_ISSUER,
            options={"require": ["sub", "role", "scope", "iat", "exp"]},
        )
        role = Role(claims["role"])
    except (jwt.InvalidTokenError, ValueError):
        return None
    scope = claims["scope"]
    return Caller(claims["sub"], claims["sub"], role, scope) if isinstance(scope, str) else None
