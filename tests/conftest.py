"""What every test may rely on: no network, no model by accident, and the shared data where it lies beside the project."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.browser import find_chromium
from tests.order import longest_first

SHARED = Path(__file__).resolve().parents[1].parent / "shared"

settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], print_blob=True
)
settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need the shared data or a browser skip cleanly, with the reason, where it is absent; shared out, the longest begin."""
    no_data = pytest.mark.skip(reason="the shared data is not beside the project")
    no_browser = pytest.mark.skip(reason="no Chromium found")
    for item in items:
        if item.get_closest_marker("data") and not SHARED.is_dir():
            item.add_marker(no_data)
        if item.get_closest_marker("browser") and not find_chromium():
            item.add_marker(no_browser)
    if hasattr(config, "workerinput"):
        items[:] = [items[at] for at in longest_first([str(item.path) for item in items])]


@pytest.fixture(autouse=True)
def no_model_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is asked only by a test that sets one up itself."""
    for name in ("DESKBELL_MODEL", "DESKBELL_MODEL_BASE_URL", "DESKBELL_MODEL_API_KEY", "OPENAI_API_KEY", "LANGSMITH_TRACING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shared() -> Path:
    """The folder of the shared data; only for tests marked `data`."""
    return SHARED
