"""Version of the form of scenario files: what ``schema:`` states, and what is refused.

Version 1 is that of program 0.1, whose files state none; in it a number without a spread of its own
was certain. Since version 2 a number that a patch sets keeps the uncertainty it stands on.
"""

from __future__ import annotations

from ..errors import Message, Problem, ScenarioError
from .yaml_reader import SourceText

SCHEMA = 2
"""Version that this program writes."""
KEY = "schema"


def version_of(source: SourceText) -> int:
    """Return the version that a file states, 1 if it states none.

    Raises ``ScenarioError`` if it is no version, or one that this program does not know.
    """
    if KEY not in source.data:
        return 1
    stated = source.data[KEY]
    spot = source.spots.get((KEY,))
    where = spot.at_value() if spot else source.name
    if isinstance(stated, bool) or not isinstance(stated, int) or stated < 1:
        what = Message("{key} {stated!r} is no version of scenario files", key=KEY, stated=stated)
        raise ScenarioError(
            [Problem(where, what, Message("write {key}: {schema}", key=KEY, schema=SCHEMA))]
        )
    if stated > SCHEMA:
        what = Message(
            "{key} {stated} is newer than this program, which reads versions 1 to {schema}",
            key=KEY,
            stated=stated,
            schema=SCHEMA,
        )
        advice = "install a newer version of opvangsim, or take the file in an older form"
        raise ScenarioError([Problem(where, what, advice)])
    return stated
