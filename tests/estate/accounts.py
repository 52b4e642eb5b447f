"""The accounts and regions of the estate, and the roles in them."""

from dataclasses import dataclass

from tests.estate.identifiers import unique_id

MAIN = "123456789012"
"""Where AppStream runs."""
DATA = "210987654321"
"""Where shared data lies."""
APPSTREAM_OWNED = "471112736921"
"""A made-up account of AWS's, in which streaming instances have their default identity."""
HOME = "eu-central-1"
ABROAD = "us-east-1"

REPORT_BUCKET = f"appstream-logs-{HOME}-{MAIN}-example"
HOME_FOLDER_BUCKET = f"appstream2-36fb080bb8-{HOME}-{MAIN}"
SETTINGS_BUCKET = f"appstream-app-settings-{HOME}-{MAIN}-example"
TRAIL_BUCKET = "example-organisation-trail"


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role."""

    name: str
    account_id: str = MAIN
    path: str = "/"

    @property
    def arn(self) -> str:
        """The role's ARN, which has the path that assumed-role ARNs drop."""
        return f"arn:aws:iam::{self.account_id}:role{self.path}{self.name}"

    @property
    def role_id(self) -> str:
        """The role's unique id, AROA…."""
        return unique_id("AROA", self.arn)

    def assumed_arn(self, role_session_name: str) -> str:
        """Return the ARN of the role under a role session name, as STS writes it."""
        return f"arn:aws:sts::{self.account_id}:assumed-role/{self.name}/{role_session_name}"


APPSTREAM_SERVICE = Role("AmazonAppStreamServiceAccess", path="/service-role/")
