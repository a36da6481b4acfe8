"""The service against OpenAI's own specification, for the operations that Apus has.

The specification is not part of this repository. OPENAI_SPECIFICATION names a copy of openapi.json, from
https://github.com/openai/openai-openapi; without it this file is left out.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

load_all_checks()
OPERATIONS = (
    r"^/(chat/completions|completions|models|models/\{model\}|responses|responses/input_tokens"
    r"|responses/\{response_id\}|responses/\{response_id\}/(cancel|input_items))$"
)


@pytest.fixture(scope="module")
def served():
    from server import Server

    server = Server("--max-model-len", "64")
    yield server
    server.kill()


@pytest.fixture(scope="module")
def specification(served):
    schema = schemathesis.openapi.from_path(os.environ["OPENAI_SPECIFICATION"])
    schema.config.update(base_url=f"{served.url}/v1")
    return schema


schema = schemathesis.pytest.from_fixture("specification").include(path_regex=OPERATIONS)


@schema.parametrize()
@settings(
    max_examples=int(os.environ.get("SCHEMATHESIS_EXAMPLES", "30")),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_that_openai_specifies(case):
    if isinstance(case.body, dict):
        case.body["model"] = "apus-nano"
        case.body.pop("previous_response_id", None)
    if "model" in (case.path_parameters or {}):
        case.path_parameters["model"] = "apus-nano"
    response = case.call()
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        # The specification has errors without their envelope in some places; the service sends it.
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    else:
        case.validate_response(response, checks=[response_schema_conformance, content_type_conformance])
