"""People outside AppStream and their tools: Identity Center, SAML, GitHub, IAM users, root."""

from collections.abc import Callable, Iterator
from random import Random
from typing import TypeAlias

from tests.estate.accounts import ABROAD, DATA, MAIN, Role
from tests.estate.apis import list_objects
from tests.estate.clock import iso
from tests.estate.credentials import (
    RoleSession,
    Terms,
    assume_role,
    new_role_session,
)
from tests.estate.identifiers import new_uuid, unique_id
from tests.estate.records import Api, Caller, Event, Json, Moment, as_raw, event
from tests.estate.truth import Truth

Operator: TypeAlias = Callable[[Random, int], Iterator[Event]]

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
CLI = "aws-cli/2.31.8 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7"
OFFICE = "203.0.113.99"
GITHUB = "GitHubActions"


def identity_center_user(random: Random, at: int) -> Iterator[Event]:
    """Yield somebody at work who signed in through Identity Center."""
    name = random.choice(("nora.lindner@example.com", "paul.weber@example.com"))
    account_id = random.choice((MAIN, DATA))
    role = Role(
        f"AWSReservedSSO_ReadOnly_{account_id[:4]}aa11bb22cc33",
        account_id,
        "/aws-reserved/sso.amazonaws.com/eu-central-1/",
    )
    key = new_role_session(random, role, name, at)
    caller = Caller(key.identity, OFFICE, CLI, key.access_key_id)
    truth = Truth("identity_center_user", name)
    apis = (
        Api("ec2", "DescribeInstances", {"maxResults": 100, "instancesSet": {}, "filterSet": {}}),
        Api("cloudtrail", "LookupEvents", {"maxResults": 50}),
        Api("iam", "ListRoles", {"maxItems": 100}, region=ABROAD),
        Api("appstream", "DescribeFleets", {}),
        list_objects(random, "example-operations"),
    )
    for number in range(random.randrange(1, 5)):
        api = random.choice(apis)
        yield event(random, Moment(at + 20 * number, account_id), api, caller, truth)


def saml_user(random: Random, at: int) -> Iterator[Event]:
    """Yield somebody who comes from a company directory by SAML."""
    name = "eva.brandt@example.com"
    issued = new_role_session(random, Role("finance-readers"), name, at)
    truth = Truth("saml_user", name)
    yield saml_sign_in(random, issued, name)
    caller = Caller(issued.identity, OFFICE, BROWSER, issued.access_key_id)
    api = Api("ce", "GetCostAndUsage", {"granularity": "DAILY"}, region=ABROAD)
    yield event(random, Moment(at + 40), api, caller, truth)


def saml_sign_in(random: Random, issued: RoleSession, name_id: str) -> Event:
    """Return the AssumeRoleWithSAML of a person whom a company directory calls `name_id`."""
    qualifier = "p7Xb2kQmExample="
    directory = "https://directory.example.com/saml"
    identity: Json = {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:{name_id}",
        "userName": name_id,
        "identityProvider": directory,
    }
    ordinary = assume_role(random, issued)
    request: Json = {
        **(ordinary.request or {}),
        "sAMLAssertionID": f"_{new_uuid(random)}",
        "principalArn": f"arn:aws:iam::{MAIN}:saml-provider/ExampleDirectory",
    }
    response: Json = {
        **(ordinary.response or {}),
        "subject": name_id,
        "subjectType": "persistent",
        "issuer": directory,
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": qualifier,
    }
    api = ordinary._replace(name="AssumeRoleWithSAML", request=request, response=response)
    caller = Caller(as_raw(identity), OFFICE, BROWSER)
    return event(random, Moment(issued.created_at), api, caller, Truth("saml_user", name_id))


def github_workflow(random: Random, at: int) -> Iterator[Event]:
    """Yield a workflow of GitHub Actions, which comes with a web identity token."""
    subject = "repo:example/web-shop:ref:refs/heads/main"
    provider = f"arn:aws:iam::{MAIN}:oidc-provider/token.actions.githubusercontent.com"
    web: Json = {
        "federatedProvider": provider,
        "attributes": {
            "aud": "sts.amazonaws.com",
            "sub": subject,
        },
    }
    role = Role("github-deploy-role")
    issued = new_role_session(random, role, GITHUB, at, Terms(web_identity=web))
    identity: Json = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }
    program = "aws-sdk-nodejs/2.1692.0 configure-aws-credentials-for-github-actions"
    ordinary = assume_role(random, issued)
    response: Json = {
        **(ordinary.response or {}),
        "subjectFromWebIdentityToken": subject,
        "provider": provider,
        "audience": "sts.amazonaws.com",
    }
    api = ordinary._replace(name="AssumeRoleWithWebIdentity", response=response)
    outside = Caller(as_raw(identity), "20.57.78.1", program)
    yield event(random, Moment(at), api, outside, Truth("web_identity", subject))
    caller = Caller(issued.identity, "20.57.78.1", program, issued.access_key_id)
    stack: Json = {"stackName": "web-shop"}
    api = Api("cloudformation", "DescribeStacks", stack)
    yield event(random, Moment(at + 15), api, caller, Truth("github_actions", GITHUB))


def iam_user(random: Random, at: int) -> Iterator[Event]:
    """Yield an IAM user with a long-lived key, and now and then a denied AssumeRole."""
    caller = user_caller("backup-operator", OFFICE)
    truth = Truth("iam_user", "backup-operator")
    api = Api("ec2", "DescribeSnapshots", {"snapshotSet": {}, "ownersSet": {}, "filterSet": {}})
    yield event(random, Moment(at), api, caller, truth)
    if random.random() < 0.3:
        arn = f"arn:aws:iam::{MAIN}:user/backup-operator"
        words = (
            f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: "
            f"{Role('finance-readers').arn}"
        )
        denied = Api("sts", "AssumeRole", error=("AccessDenied", words))
        yield event(random, Moment(at + 30), denied, caller, truth)


def root_user(random: Random, at: int) -> Iterator[Event]:
    """Yield the root user, who should hardly be seen."""
    identity: Json = {
        "type": "Root",
        "principalId": MAIN,
        "arn": f"arn:aws:iam::{MAIN}:root",
        "accountId": MAIN,
        "accessKeyId": unique_id("ASIA", iso(at))[:20],
        "sessionContext": {
            "attributes": {"creationDate": iso(at), "mfaAuthenticated": "true"},
        },
    }
    caller = Caller(as_raw(identity), OFFICE, BROWSER)
    api = Api("iam", "GetAccountSummary", region=ABROAD)
    yield event(random, Moment(at + 3), api, caller, Truth("root_user", "root"))


def user_caller(name: str, address: str) -> Caller:
    """Return an IAM user with a long-lived key."""
    key = unique_id("AKIA", name)[:20]
    identity: Json = {
        "type": "IAMUser",
        "principalId": unique_id("AIDA", name),
        "arn": f"arn:aws:iam::{MAIN}:user/{name}",
        "accountId": MAIN,
        "accessKeyId": key,
        "userName": name,
    }
    return Caller(as_raw(identity), address, CLI, key)


OPERATORS: tuple[tuple[Operator, int], ...] = (
    (identity_center_user, 24),
    (saml_user, 8),
    (github_workflow, 8),
    (iam_user, 10),
    (root_user, 1),
)
