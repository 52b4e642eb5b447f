"""Identifiers as AWS makes them: random ones from a seeded source, fixed ones from a name."""

import hashlib
import string
from random import Random

KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
OBJECT_CHARACTERS = string.ascii_letters + string.digits


def new_uuid(random: Random) -> str:
    """Return a random UUID in lower case."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def new_access_key_id(random: Random) -> str:
    """Return the id of temporary credentials: ASIA and 16 characters."""
    return "ASIA" + _characters(random.getrandbits(80), KEY_CHARACTERS, 16)


def new_resource_id(random: Random, prefix: str) -> str:
    """Return an id such as eni-0f3b…: the prefix, 0 and 16 hex digits."""
    return f"{prefix}-0{random.getrandbits(64):016x}"


def new_request_id(random: Random) -> str:
    """Return a request id of S3: 16 hex digits in capitals."""
    return f"{random.getrandbits(64):016X}"


def new_object_suffix(random: Random) -> str:
    """Return the 16 characters that make the name of a delivered object unique."""
    return _characters(random.getrandbits(96), OBJECT_CHARACTERS, 16)


def new_session_token(random: Random) -> str:
    """Return a made-up session token: the kind of secret that has to be redacted."""
    return f"IQoJb3JpZ2luX2VjEXAMPLE{random.getrandbits(192):048x}=="


def unique_id(prefix: str, name: str) -> str:
    """Return the unique id that IAM gives to what has this name: AROA, AIDA or AKIA and more."""
    number = int.from_bytes(hashlib.sha256(f"{prefix}:{name}".encode()).digest()[:12])
    return prefix + _characters(number, KEY_CHARACTERS, 17 if prefix.startswith("A") else 16)


def resource_id(prefix: str, name: str) -> str:
    """Return the id of the resource that has this name: the prefix, 0 and 16 hex digits."""
    return f"{prefix}-0{hashlib.sha256(f'{prefix}:{name}'.encode()).hexdigest()[:16]}"


def _characters(number: int, alphabet: str, length: int) -> str:
    size = len(alphabet)
    characters = []
    for _ in range(length):
        number, digit = divmod(number, size)
        characters.append(alphabet[digit])
    return "".join(characters)
