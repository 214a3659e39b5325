"""What several commands open: the assistant as it serves, and labelled conversations."""

from pathlib import Path
from typing import TYPE_CHECKING

from questrag.cli.progress import indexing
from questrag.cli.training import all_of
from questrag.settings import Settings

if TYPE_CHECKING:
    from questrag.chat.turn import Assistant
    from questrag.evaluation.labelled import LabelledConversation


def assistant_of(settings: Settings) -> "Assistant":
    """Open the assistant that the settings describe; make its index where there is none.

    Raises:
        ArtifactError: the knowledge base has a problem in it, or a model cannot be used.
    """
    from questrag.library import open_library
    from questrag.wiring import open_assistant

    with indexing() as progress:
        library = open_library(settings, progress=progress)
    library.require_sound()
    return open_assistant(settings, library)


def talks_in(path: Path) -> "list[LabelledConversation]":
    """Read labelled conversations. Raises: Invalid: a line of them is bad."""
    from questrag.evaluation.labelled import read_conversations

    return all_of(read_conversations(path))
