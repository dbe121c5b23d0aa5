import pytest
from tests.unit.assist.models.server import Server


@pytest.fixture
def serve():
    """Start servers that answer as a function says; see `Server`."""
    servers = []

    def start(answer):
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
