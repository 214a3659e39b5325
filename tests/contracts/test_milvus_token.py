"""A real Milvus that asks who one is; by itself, since two of them on one machine get in each other's way."""

import pytest

from questrag.chat.errors import Unavailable
from questrag.retrieval.milvus import Collections, Server
from tests.milvus_server import a_milvus, missing

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning"),
]


def test_with_a_token_that_milvus_does_not_take_the_log_names_the_setting(caplog: pytest.LogCaptureFixture) -> None:
    with a_milvus(guarded=True) as guarded:
        assert Collections(Server(guarded.uri, "t", "root:Milvus", timeout_s=3.0)).names() == []
        for token in ("", "root:wrong", "nobody:Milvus", "not a token"):
            caplog.clear()
            with pytest.raises(Unavailable):
                Collections(Server(guarded.uri, "t", token, timeout_s=3.0))
            assert "VECTOR_INDEX_TOKEN" in caplog.text
            assert "wrong" not in caplog.text
