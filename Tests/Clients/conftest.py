import os

import pytest
from browser import Browser
from openai import OpenAI
from server import Server

# What these need is no part of the repository, or of the clients' environment.
NEEDS = {"OPENAI_SPECIFICATION": "test_openai_specification.py", "HARNESSES": "test_harnesses.py"}
collect_ignore = [file for variable, file in NEEDS.items() if variable not in os.environ]


@pytest.fixture(scope="session")
def server():
    """The built-in model with default settings."""
    running = Server()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def client(server):
    return OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0, timeout=120)


@pytest.fixture
def start():
    """Starts further servers, which end with the test."""
    running = []

    def start(*arguments, **options):
        running.append(Server(*arguments, **options))
        return running[-1]

    yield start
    for server in running:
        server.kill()


@pytest.fixture(scope="session")
def browser():
    running = Browser()
    yield running
    running.close()


@pytest.fixture
def page(browser):
    """A page of desktop size in storage of its own."""
    page = browser.page()
    yield page
    page.close()
