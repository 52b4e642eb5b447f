"""A made-up AWS estate with AppStream in it, and the logs that it leaves behind.

`build_estate` decides what really happened: instances with their lives, addresses and keys, and
people on them. `write_estate` derives from it what AWS would log and deliver, and writes beside it
what no log says: the truth. Nothing here knows how roletrail attributes events.
"""

from tests.estate.estate import Estate, Written, build_estate, write_estate
from tests.estate.options import SAMPLE, EstateOptions

__all__ = ["SAMPLE", "Estate", "EstateOptions", "Written", "build_estate", "write_estate"]
