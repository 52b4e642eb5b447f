"""Which of AWS's APIs are asked for the state of things: the table that `collection` works through.

The policy in docs/collecting.md allows exactly these, and a test compares the two.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Api:
    """An API that lists something: boto3's name of the service, AWS's of operation and list.

    `page` is how an API is asked for its pages where it doesn't choose their size by itself.
    """

    service: str
    operation: str
    answer: str
    page: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation as the AWS CLI calls it, such as describe-fleets."""
        return _WORD.sub("-", self.operation).lower()

    @property
    def permission(self) -> str:
        """The IAM action that it takes."""
        return f"{self.service}:{self.operation}"


# EC2 refuses to list very many interfaces at once unless it is asked for pages.
_EC2_PAGE = {"MaxResults": 1000}

LISTS = (
    Api("appstream", "DescribeFleets", "Fleets"),
    Api("appstream", "DescribeImageBuilders", "ImageBuilders"),
    Api("appstream", "DescribeAppBlockBuilders", "AppBlockBuilders"),
    Api("ec2", "DescribeVpcEndpoints", "VpcEndpoints", _EC2_PAGE),
    Api("ec2", "DescribeSubnets", "Subnets", _EC2_PAGE),
    Api("ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", _EC2_PAGE),
    Api("ec2", "DescribeNatGateways", "NatGateways", _EC2_PAGE),
    Api("ec2", "DescribeAddresses", "Addresses"),
)
STACKS = Api("appstream", "DescribeStacks", "Stacks")
ASSOCIATED_FLEETS = Api("appstream", "ListAssociatedFleets", "Names")
SESSIONS = Api("appstream", "DescribeSessions", "Sessions", {"Limit": 50})
APIS = (*LISTS, STACKS, ASSOCIATED_FLEETS, SESSIONS)

# Asked for none of them, DescribeSessions answers for API alone.
AUTHENTICATION_TYPES = ("API", "SAML", "USERPOOL", "AWS_AD")
