"""The input of the measurements: CloudTrail logs of streaming instances, by a fixed seed."""

import gzip
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 20_260_101
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 3
ACCOUNT = "123456789012"
CREDENTIALS = 3_000
DENIED = 0.03  # share of calls
AT_A_TIME = 200  # credentials in use at a time
BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE_64 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
CALLS = (
    ("s3.amazonaws.com", "GetObject", 30),
    ("s3.amazonaws.com", "PutObject", 10),
    ("s3.amazonaws.com", "ListBuckets", 5),
    ("dynamodb.amazonaws.com", "GetItem", 20),
    ("kms.amazonaws.com", "Decrypt", 20),
    ("ec2.amazonaws.com", "DescribeInstances", 10),
    ("sts.amazonaws.com", "AssumeRole", 2),
    ("logs.amazonaws.com", "CreateLogStream", 3),
)
WRITES = {"PutObject", "AssumeRole", "CreateLogStream"}
TLS = {
    "tlsVersion": "TLSv1.3",
    "cipherSuite": "TLS_AES_128_GCM_SHA256",
    "clientProvidedHostHeader": "s3.eu-central-1.amazonaws.com",
}


class MadeUpTrail:
    """CloudTrail events of about 1.8 kB, as streaming instances of 40 fleets would cause them."""

    def __init__(self, events: int, seed: int = SEED, start: datetime = START) -> None:
        self._random = random.Random(seed)
        self._start = start
        self._events = events
        self._made = 0
        self._identities = [self._identity(number) for number in range(CREDENTIALS)]
        self._user_agents = [
            f"Boto3/1.{minor}.0 md/Botocore#1.{minor}.0 ua/2.0 os/windows#10 md/arch#amd64 "
            f"lang/python#3.11.{patch} md/pyimpl#CPython cfg/retry-mode#legacy"
            for minor in range(40)
            for patch in range(4)
        ]

    def write(self, folder: Path, per_file: int) -> None:
        """Write all events as log files in CloudTrail's layout."""
        while self._made < self._events:
            delivered_at = self._time()
            count = min(per_file, self._events - self._made)
            records = [self._record() for _ in range(count)]
            place = folder / f"AWSLogs/{ACCOUNT}/CloudTrail/eu-central-1/{delivered_at:%Y/%m/%d}"
            place.mkdir(parents=True, exist_ok=True)
            suffix = self._text(BASE_32, 16)
            name = f"{ACCOUNT}_CloudTrail_eu-central-1_{delivered_at:%Y%m%dT%H%MZ}_{suffix}.json.gz"
            text = json.dumps({"Records": records}, separators=(",", ":")).encode()
            (place / name).write_bytes(gzip.compress(text, 6))

    def _time(self) -> datetime:
        return self._start + timedelta(days=DAYS * self._made / self._events)

    def _text(self, letters: str, length: int) -> str:
        return "".join(self._random.choices(letters, k=length))

    def _identity(self, number: int) -> dict[str, object]:
        role, role_id = f"fleet-role-{number % 40}", f"AROA{number % 40:017d}"
        return {
            "type": "AssumedRole",
            "principalId": f"{role_id}:PhotonSession",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/PhotonSession",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIA" + self._text(BASE_32, 16),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role_id,
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                    "accountId": ACCOUNT,
                    "userName": role,
                },
                "webIdFederationData": {},
                "attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"},
            },
        }

    def _record(self) -> dict[str, object]:
        pick = self._random
        [(source, name, _)] = pick.choices(CALLS, [weight for *_, weight in CALLS])
        in_use = int((CREDENTIALS - AT_A_TIME) * self._made / self._events)
        identity = self._identities[in_use + pick.randrange(AT_A_TIME)]
        moment = self._time() - timedelta(seconds=pick.random() * 300)
        self._made += 1
        is_object = source == "s3.amazonaws.com"
        error = {"errorCode": "AccessDenied", "errorMessage": f"User: {identity['arn']} may not"}
        return {
            "eventVersion": "1.09",
            "userIdentity": identity,
            "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source,
            "eventName": name,
            "awsRegion": "eu-central-1",
            "sourceIPAddress": f"10.0.{pick.randrange(8)}.{pick.randrange(256)}",
            "userAgent": pick.choice(self._user_agents),
            **(error if pick.random() < DENIED else {}),
            "requestParameters": self._request(is_object=is_object),
            "responseElements": self._answer(name),
            "additionalEventData": {
                "SignatureVersion": "SigV4",
                "CipherSuite": TLS["cipherSuite"],
                "bytesTransferredIn": 0,
                "AuthenticationMethod": "AuthHeader",
                "x-amz-id-2": self._text(BASE_64, 76),
                "bytesTransferredOut": pick.randrange(10**6),
            },
            "requestID": f"{pick.getrandbits(64):016X}",
            "eventID": str(uuid.UUID(int=pick.getrandbits(128), version=4)),
            "readOnly": name not in WRITES,
            "resources": [
                {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::bucket/{pick.random()}"},
                {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bucket"},
            ],
            "eventType": "AwsApiCall",
            "managementEvent": not is_object,
            "recipientAccountId": ACCOUNT,
            "vpcEndpointId": "vpce-0123456789abcdef0",
            "eventCategory": "Data" if is_object else "Management",
            "tlsDetails": TLS,
        }

    def _request(self, *, is_object: bool) -> dict[str, object]:
        pick = self._random
        bucket = f"bucket-{pick.randrange(20)}"
        if is_object:
            key = f"home/{pick.randrange(10**6)}/file-{pick.randrange(10**9)}.txt"
            return {"bucketName": bucket, "Host": TLS["clientProvidedHostHeader"], "key": key}
        context = {"aws:s3:arn": f"arn:aws:s3:::{bucket}/x{pick.randrange(10**8)}"}
        return {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}

    def _answer(self, name: str) -> dict[str, object] | None:
        if name == "AssumeRole":
            credentials = {
                "accessKeyId": "ASIA" + self._text(BASE_32, 16),
                "sessionToken": self._text(BASE_64, 700),
                "expiration": "Jan 1, 2026, 1:00:00 AM",
            }
            return {"credentials": credentials}
        return {"x-amz-server-side-encryption": "AES256"} if name in WRITES else None
