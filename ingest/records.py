"""The form that nearly every CloudTrail record has, as documented up to eventVersion 1.11.

A record with another field, or with a value of another type, is read tolerantly. Free-form parts
stay the text they are.
"""

from ingest.event_columns import REPETITIVE
from ingest.fields import (
    FREE_FORM,
    NULL_WHEN_EMPTY,
    RESOURCE_FIELDS,
    RESOURCES,
    TOP_FLAGS,
    TOP_TEXTS,
    TOP_TIMES,
    TOP_WORDS,
)

MOST_RESOURCES = 10_000  # of one event
LONGEST_PART = 2**20  # bytes of who called; as values it takes up to forty times as much
PARTS_READ_ONCE = {"userIdentity": "user_identity", "tlsDetails": "tls_details"}
EVENT_ID, EVENT_TIME = "eventID", "eventTime"


def _forms() -> dict[str, tuple[str, str]]:
    """Return the form and the column of each field, those first that a record must have."""
    texts = {
        name: ("code" if column in REPETITIVE else "text", column)
        for name, column in TOP_TEXTS.items()
    }
    parts = {
        name: ("nullable part" if name in NULL_WHEN_EMPTY else "part", column)
        for name, column in FREE_FORM.items()
    }
    return {
        EVENT_ID: texts[EVENT_ID],
        EVENT_TIME: ("time", TOP_TIMES[EVENT_TIME]),
        **texts,
        **{name: ("flag", column) for name, column in TOP_FLAGS.items()},
        **{name: ("word", column) for name, column in TOP_WORDS.items()},
        **parts,
        **{name: ("coded part", column) for name, column in PARTS_READ_ONCE.items()},
        RESOURCES: ("list", RESOURCES),
    }


FORMS = _forms()
FIELDS_AND_FORMS = [(name, form) for name, (form, _) in FORMS.items()]
COLUMN_OF = {column: place for place, (_, column) in enumerate(FORMS.values())}
FIRST_RESOURCE_COLUMN = len(FORMS)
RESOURCE_PARTS = tuple(RESOURCE_FIELDS)
