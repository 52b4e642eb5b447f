"""The credentials of one instance: renewed every hour, the old ones valid until they expire."""

from dataclasses import dataclass
from random import Random

from tests.estate.clock import MINUTE
from tests.estate.credentials import RoleSession, Terms, new_role_session
from tests.estate.instances import Instance
from tests.estate.options import EstateOptions

HELD_ON_SHARE = 0.3
"""Share of calls by programs that still hold the previous key, while both are valid."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys that one instance gets in its life, in the order of issue."""

    keys: tuple[RoleSession, ...]

    def key_at(self, at: int, random: Random) -> RoleSession:
        """Return the key that a program on the instance uses then; before the first, the first."""
        issued = [key for key in self.keys if key.created_at <= at] or [self.keys[0]]
        previous = issued[-2] if len(issued) > 1 else None
        if previous and at < previous.expires_at and random.random() < HELD_ON_SHARE:
            return previous
        return issued[-1]


def key_ring_of(instance: Instance, options: EstateOptions, random: Random) -> KeyRing:
    """Return the instance's keys: the first at boot, each next some minutes before expiry."""
    life = options.key_life_minutes * MINUTE
    keys: list[RoleSession] = []
    issued_at = instance.boots_at + random.randrange(25, 70)
    while not keys or issued_at < instance.ends_at:
        keys.append(
            new_role_session(
                random,
                instance.role,
                options.machine_role_session_name,
                issued_at,
                Terms(life=life),
            )
        )
        issued_at += life - random.randrange(4 * MINUTE, 12 * MINUTE)
    return KeyRing(tuple(keys))
