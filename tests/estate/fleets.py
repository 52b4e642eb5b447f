"""Fleets and image builders: which role they carry, where they run, who may use them."""

from dataclasses import dataclass

from tests.estate.accounts import DATA, HOME, MAIN, Role
from tests.estate.clock import DAY, HOUR, MINUTE, midnight
from tests.estate.identifiers import resource_id
from tests.estate.networks import FIELD, KIOSK, PARTNER, STREAMING, Subnet, Vpc, networks
from tests.estate.options import EstateOptions
from tests.estate.people import CUSTOM, FUGA, HOGE, SAML, USERPOOL, Person, people_of

MANY_STREAMING_SESSIONS = 2000
OPENS_AT = 5 * HOUR
CLOSES_AT = 21 * HOUR


@dataclass(frozen=True, slots=True)
class Habits:
    """What the applications of a fleet do besides reading and writing files."""

    bucket: str
    data_role: Role | None = None
    """Role of the data account that the applications assume."""
    second_role: Role | None = None
    """Role that is assumed from there, for a chain of two."""
    person_role: Role | None = None
    """Role that the session script assumes in the person's name: the remedy."""
    names_session_in_user_agent: bool = False
    runs_session_scripts: bool = False
    reads_foreign_bucket: bool = False


@dataclass(frozen=True, slots=True)
class RunningPeriod:
    """A time between StartFleet and StopFleet, in which the role can't change."""

    role: Role
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet with its stack."""

    name: str
    stack_name: str
    vpc: Vpc
    subnets: tuple[Subnet, ...]
    people: tuple[Person, ...]
    habits: Habits
    periods: tuple[RunningPeriod, ...]
    security_group: str
    max_sessions_per_instance: int = 1
    has_default_internet_access: bool = False
    weight: int = 1

    @property
    def security_group_id(self) -> str:
        """The security group of the fleet's instances, which another fleet may have too."""
        return resource_id("sg", self.security_group)

    @property
    def arn(self) -> str:
        """The fleet's ARN."""
        return f"arn:aws:appstream:{HOME}:{MAIN}:fleet/{self.name}"


@dataclass(frozen=True, slots=True)
class ImageBuilder:
    """An image builder, and when it ran."""

    name: str
    role: Role
    vpc: Vpc
    subnet: Subnet
    starts_at: int
    ends_at: int

    @property
    def security_group_id(self) -> str:
        """The security group of the builder's instance."""
        return resource_id("sg", self.name)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What sets one fleet of the catalogue apart."""

    name: str
    role_names: tuple[str, ...]
    vpc: str = STREAMING
    zones: tuple[int, ...] = (0, 1)
    authentication_type: str = SAML
    max_sessions_per_instance: int = 1
    has_default_internet_access: bool = False
    weight: int = 3
    security_group: str = ""


SHARED_ROLE = "appstream-shared-role"
TEST_FLEET = "test_appstream_fleet"
CATALOGUE = (
    _Plan(TEST_FLEET, ("test_appstream_role",), authentication_type=CUSTOM, weight=2),
    _Plan("design-fleet", (SHARED_ROLE,), zones=(0,), weight=5, security_group="studio"),
    _Plan("review-fleet", (SHARED_ROLE,), zones=(0,), security_group="studio"),
    _Plan("trading-fleet", ("appstream-trading-role",), max_sessions_per_instance=4, weight=9),
    _Plan("lab-fleet", ("appstream-lab-role", "appstream-lab-restricted-role"), zones=(1,)),
    _Plan(
        "partner-fleet",
        ("appstream-partner-role",),
        PARTNER,
        authentication_type=USERPOOL,
        weight=4,
    ),
    _Plan("kiosk-fleet", ("appstream-kiosk-role",), KIOSK, authentication_type=CUSTOM, weight=2),
    _Plan(
        "field-fleet", ("appstream-field-role",), FIELD, has_default_internet_access=True, weight=2
    ),
    _Plan("archive-fleet", (SHARED_ROLE,), zones=(2,), weight=2),
)


def fleets_of(options: EstateOptions) -> tuple[Fleet, ...]:
    """Return the estate's fleets; more than the catalogue has come from it again, numbered."""
    vpcs = _networks(options)
    return tuple(
        _fleet(CATALOGUE[number % len(CATALOGUE)], number // len(CATALOGUE), options, vpcs)
        for number in range(options.fleets)
    )


def image_builders_of(options: EstateOptions) -> tuple[ImageBuilder, ...]:
    """Return the estate's image builder, which runs on the first afternoon on a fleet's role."""
    vpc = _networks(options)[STREAMING]
    starts_at = midnight(options.first_day) + 13 * HOUR
    builder = ImageBuilder(
        "design-image-builder",
        Role(SHARED_ROLE),
        vpc,
        vpc.subnets[0],
        starts_at,
        starts_at + 3 * HOUR,
    )
    return (builder,)


def _networks(options: EstateOptions) -> dict[str, Vpc]:
    return networks(
        are_overlapping=options.overlapping_vpcs,
        are_large=options.streaming_sessions > MANY_STREAMING_SESSIONS,
    )


def _fleet(plan: _Plan, series: int, options: EstateOptions, vpcs: dict[str, Vpc]) -> Fleet:
    suffix = f"-{series + 1}" if series else ""
    name = plan.name + suffix
    vpc = vpcs[plan.vpc]
    roles = tuple(Role(role_name + suffix) for role_name in plan.role_names)
    return Fleet(
        name=name,
        stack_name=name.replace("fleet", "stack"),
        vpc=vpc,
        subnets=tuple(vpc.subnets[zone] for zone in plan.zones),
        people=_people(plan, options),
        habits=_habits(plan.name, suffix),
        periods=_periods(roles, options),
        security_group=(plan.security_group or plan.name) + suffix,
        max_sessions_per_instance=plan.max_sessions_per_instance,
        has_default_internet_access=plan.has_default_internet_access,
        weight=plan.weight,
    )


def _people(plan: _Plan, options: EstateOptions) -> tuple[Person, ...]:
    if plan.name == TEST_FLEET:
        return (HOGE, FUGA)
    return people_of(plan.authentication_type, max(2, options.people))


def _habits(plan_name: str, suffix: str) -> Habits:
    bucket = plan_name.replace("_", "-").replace("fleet", "files") + suffix
    match plan_name:
        case "test_appstream_fleet":
            return Habits("mytest-appstream-share-s3" + suffix, runs_session_scripts=True)
        case "design-fleet":
            return Habits(
                bucket,
                data_role=Role("data-reader", DATA),
                second_role=Role("ledger-auditor", DATA),
                runs_session_scripts=True,
            )
        case "review-fleet":
            return Habits(
                bucket,
                person_role=Role("appstream-user-access"),
                names_session_in_user_agent=True,
                runs_session_scripts=True,
            )
        case "trading-fleet":
            return Habits(bucket, reads_foreign_bucket=True)
        case "archive-fleet":
            return Habits(bucket, data_role=Role("data-reader", DATA))
        case _:
            return Habits(bucket)


def _periods(roles: tuple[Role, ...], options: EstateOptions) -> tuple[RunningPeriod, ...]:
    """Return when the fleet runs. One with several roles is stopped for each change of role."""
    start = midnight(options.first_day)
    end = start + options.days * DAY
    switches = options.role_switches if len(roles) > 1 else 0
    span = (end - start) // (switches + 1) // HOUR * HOUR
    stops = [start + span * number for number in range(1, switches + 1)]
    starts = [start + OPENS_AT - HOUR, *(stop + 25 * MINUTE for stop in stops)]
    return tuple(
        RunningPeriod(roles[number % len(roles)], starts_at, ends_at)
        for number, (starts_at, ends_at) in enumerate(zip(starts, [*stops, end], strict=True))
    )
