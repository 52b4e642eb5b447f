import json
import re
from typing import Any

import boto3
import pytest

from ingest.collected_answers import ASSOCIATIONS
from ingest.collected_apis import APIS, ASSOCIATED_FLEETS, Api
from ingest.inventory import ANSWERS
from tests.conftest import REPOSITORY


def test_the_documented_policy_allows_exactly_what_is_asked() -> None:
    document = (REPOSITORY / "docs" / "collecting.md").read_text()
    found = re.search(r"```json\n(.*?)```", document, re.DOTALL)
    assert found
    (statement,) = json.loads(found[1])["Statement"]
    assert statement["Action"] == sorted(api.permission for api in APIS)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_aws_knows_the_api_its_list_and_its_pages(api: Api) -> None:
    make: Any = boto3.client  # by a name that isn't a literal, which boto3's types ask for
    model = make(api.service, region_name="eu-central-1").meta.service_model
    operation = model.operation_model(api.operation)
    assert api.answer in operation.output_shape.members
    assert set(api.page) <= set(operation.input_shape.members)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_each_list_is_read_as_inventory(api: Api) -> None:
    name = ASSOCIATIONS if api is ASSOCIATED_FLEETS else api.answer
    assert name.lower() in ANSWERS
