"""Five questions that an analyst asks, answered from a lake.

Work on it with `marimo edit examples/questions.py`; `marimo run` shows it as a page, and it is an
ordinary script, too. The lake is `ROLETRAIL_LAKE`, or `./roletrail-lake`.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Five questions of an analyst")


@app.cell
def _():
    import warnings

    import marimo as mo
    import pandas as pd

    import roletrail

    # Advice to DuckDB about pandas, which nobody who reads this can follow.
    warnings.filterwarnings("ignore", message="The inplace keyword", category=DeprecationWarning)

    pd.set_option("display.max_rows", 40, "display.min_rows", 40)
    # Below, frames are shown with mo.plain: marimo's own tables load pictures whose address stands
    # in a value, and values of logs are chosen by whoever made the calls.
    lake = roletrail.open()
    lake
    return lake, mo, pd


@app.cell
def _(mo):
    mo.md("""
    ## Who listed the buckets at 10:00?

    CloudTrail's own columns name a role and `PhotonSession`. Beside them stands who it was, and how
    sure that is: `certain`, `strong`, `weak`, or nothing where nobody can be named. Calls of other
    workloads name those.
    """)
    return


@app.cell
def _(lake, mo):
    listed_buckets = lake.sql(
        """
        select event_time, user_id, session_confidence, workload_kind, workload_name,
            source_ip_address, event_id
        from attributed_events
        where event_name = 'ListBuckets'
            and event_time >= cast($at as timestamptz)
            and event_time < cast($at as timestamptz) + interval 5 minutes
        order by event_time
        """,
        {"at": "2026-09-14 10:00"},
    ).df()
    mo.plain(listed_buckets)
    return (listed_buckets,)


@app.cell
def _(mo):
    mo.md("""
    Why is that so sure? Each claim tells what it rests on.
    """)
    return


@app.cell
def _(lake, listed_buckets):
    by_a_person = listed_buckets[listed_buckets["user_id"].notna()]
    reason = lake.explain(by_a_person["event_id"].iloc[0])
    reason
    return (reason,)


@app.cell
def _(mo):
    mo.md("""
    ## What did Amelia do?

    In streaming sessions, by roles assumed from there, and by direct sign-in: `way` tells
    them apart.
    """)
    return


@app.cell
def _(lake, mo):
    her_calls = lake.questions.person_api_calls(person="amelia.hart@example.com").df()
    mo.plain(her_calls[["way", "event_source", "event_name", "event_count", "denied_count"]])
    return (her_calls,)


@app.cell
def _(mo):
    mo.md("""
    ## Which streaming sessions were denied something?

    A denial here and there is normal. Many in one streaming session, or of one API in all of them,
    are worth a question.
    """)
    return


@app.cell
def _(lake, mo):
    denied = lake.streaming_sessions().filter("denied_count > 0").order("denied_count desc").df()
    mo.plain(denied[["user_id", "fleet_name", "started_at", "call_count", "denied_count"]])
    return (denied,)


@app.cell
def _(lake, mo):
    denied_apis = lake.questions.denied_calls(limit=10).df()
    mo.plain(denied_apis)
    return (denied_apis,)


@app.cell
def _(mo):
    mo.md("""
    ## Which key left the VPC?

    Credentials of an instance that were used outside its network. Calls from there are attributed
    to nobody; whose instance the key was issued to, `who` knows.
    """)
    return


@app.cell
def _(lake, mo):
    left_the_vpc = lake.sql("""
        select access_key_id, source_ip_address, workload_name, count(*) as calls,
            min(event_time) as first_at
        from attributed_events
        where credential_use = 'outside'
        group by all
        order by first_at
    """).df()
    mo.plain(left_the_vpc)
    return (left_the_vpc,)


@app.cell
def _(lake, left_the_vpc, mo, pd):
    holders = pd.concat(
        {
            key: lake.who(key).filter("len(candidate_user_ids) > 0").df()
            for key in left_the_vpc["access_key_id"]
        },
        names=["access_key_id"],
    )
    mo.plain(holders[["candidate_user_ids", "confidence", "valid_from", "valid_to", "fleet_name"]])
    return (holders,)


@app.cell
def _(mo):
    mo.md("""
    ## Who is behind DataReader?

    A role of another account, assumed from the fleet's role: the person is inherited down the chain
    of STS calls.
    """)
    return


@app.cell
def _(lake, mo):
    behind_data_reader = lake.sql("""
        select user_id, fleet_name, session_confidence, role_session_id, count(*) as calls
        from attributed_events
        where lower(issuing_role_arn) like '%/data-reader'
        group by all
        order by calls desc
    """).df()
    mo.plain(behind_data_reader)
    return (behind_data_reader,)


@app.cell
def _(behind_data_reader, lake, mo):
    chain = lake.lineage(behind_data_reader["role_session_id"].iloc[0]).df()
    mo.plain(chain)
    return (chain,)


if __name__ == "__main__":
    app.run()
