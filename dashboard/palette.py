"""Colours and shapes, defined once: Okabe and Ito's palette, which colour-blind people tell apart.

The black of the palette gives way to grey, so that marks show on light and on dark pages. Nothing
is said by colour alone: legends, labels and cells carry the same words.
"""

from dataclasses import dataclass

ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#8C8C8C"

# What labels on coloured bars are written in: light on the darkest blue, dark on all others.
DARK_INK = "#1A1A1A"
LIGHT_INK = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Scale:
    """The values of a closed scale in their order, each with its colour."""

    colours: dict[str, str]

    @property
    def domain(self) -> list[str]:
        """The values, in the order that legends and stacks follow."""
        return list(self.colours)

    @property
    def range(self) -> list[str]:
        """Their colours, in the same order."""
        return list(self.colours.values())


NOT_ATTRIBUTABLE = "not attributable"
CONFIDENCE = Scale(
    {"certain": BLUE, "strong": SKY_BLUE, "weak": ORANGE, NOT_ATTRIBUTABLE: GREY},
)

RESULT = Scale({"ok": GREEN, "denied": VERMILLION, "error": ORANGE})
RESULT_SHAPES = Scale({"ok": "circle", "denied": "cross", "error": "triangle-up"})

SEVERITY = Scale(
    {
        "critical": VERMILLION,
        "high": ORANGE,
        "medium": YELLOW,
        "low": SKY_BLUE,
        "info": GREY,
    },
)

# The ways that calls of fleets take; words for them are in endpoint_words.py.
NETWORK = Scale(
    {
        "own endpoint": BLUE,
        "foreign endpoint": PURPLE,
        "past endpoints, inside": SKY_BLUE,
        "past endpoints, unknown": GREY,
        "past endpoints, outside": VERMILLION,
    },
)

# Workload kinds are many; a chart of them shows families. The words are in wording.py.
WORKLOAD = Scale(
    {
        "AppStream fleets": BLUE,
        "AppStream builders": PURPLE,
        "AppStream service": SKY_BLUE,
        "People": GREEN,
        "EC2 and containers": ORANGE,
        "Functions": VERMILLION,
        "Build and deploy": YELLOW,
        "AWS and others": GREY,
    },
)
