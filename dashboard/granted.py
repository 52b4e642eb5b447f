"""What a role needs of what it may do: the policy of what was observed, beside a granted one."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from analysis import AnalysisError
from dashboard.chosen_row import height_of
from dashboard.escaping import visible
from dashboard.filters import Filter
from dashboard.questions import needed_policy
from dashboard.table_columns import count_column, shown, text_column
from dashboard.wording import listed

if TYPE_CHECKING:
    from analysis.policies import Comparison, LeastPrivilege

MOST_CHARACTERS = 200_000  # of a policy to compare with; IAM takes some 10,000
NAMED = 12  # actions or resources in a cell
NOTE = 1_000
GRANTED_HELP = (
    "The least that the role's calls of this range needed, whoever made them, and how a policy "
    "that it has now differs. What was not called is missing, so choose a long range."
)
PASTE = "The policy that it has now"
PASTE_HELP = (
    "JSON as IAM's page or the AWS CLI shows it, for example from `aws iam get-role-policy`. It "
    "stays in this page and is not kept."
)


def show_granted(role_arn: str, chosen: Filter) -> None:
    """Show what the role needs, if it is asked for, and compare it with what it is granted."""
    st.subheader("Used against granted", anchor=False, help=GRANTED_HELP)
    if not st.toggle("Work out the policy that this role needs", key="is_policy_asked"):
        return
    try:
        with st.spinner("Looking at each of its calls …"):
            needed = needed_policy(
                role_arn,
                since=chosen.since,
                until=chosen.until,
                account_id=chosen.account_id,
                region=chosen.region,
            )
    except AnalysisError as error:
        st.info(visible(str(error), NOTE))
        return
    _show_needed(needed)
    granted = st.text_area(
        PASTE, key="granted_policy", help=PASTE_HELP, max_chars=MOST_CHARACTERS, height=140
    )
    if granted.strip():
        _show_differences(needed, granted)


def _show_needed(needed: "LeastPrivilege") -> None:
    document = json.dumps(needed.document, indent=2)
    st.text("\n".join(visible(line, NOTE) for line in needed.notes()))
    with st.expander("The policy that it needs"):
        st.code(document, language="json", height=400)
    st.download_button(
        "Policy",
        data=document,
        file_name="policy.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _show_differences(needed: "LeastPrivilege", granted: str) -> None:
    try:
        found = needed.compared_with({"what was pasted": granted})
    except AnalysisError as error:
        st.error(visible(str(error), NOTE))
        return
    unused = sum(map(len, found.unused.values()))
    st.markdown(
        f"**{found.granted_count:,}** actions granted, **{found.used_count:,}** used, "
        f"**{unused:,}** granted and never used"
    )
    if found.is_conditional:
        st.caption("Conditions of the granted policy are taken as met.")
    if found.unknown_patterns:
        names = visible(listed(found.unknown_patterns, NAMED) or "")
        st.text(f"Granted, but no action of IAM's: {names}")
    if not found.has_differences:
        st.success("It grants what was used and nothing else.")
    _show_used(found)
    _show_table("Granted, never used", "Service", "Actions", found.unused)


def _show_used(found: "Comparison") -> None:
    _show_table("Used, not granted", "Action", "Resources", found.missing)
    _show_table("Granted more widely than used", "Action", "Granted", found.wider)


def _show_table(
    title: str, of_what: str, what: str, differences: Mapping[str, Sequence[str]]
) -> None:
    if not differences:
        return
    st.markdown(f"**{title}**")
    listing = [
        {"name": name, "count": len(items), "items": listed(items, NAMED)}
        for name, items in sorted(differences.items())
    ]
    st.dataframe(
        **shown(
            listing,
            name=text_column(of_what, None, 220),
            count=count_column("How many", None, 90),
            items=text_column(what, None, 700),
        ),
        height=height_of(len(listing), most=10),
        alt=title,
    )
