"""One choice is one step of the browser's history, so that Back returns to where it was made.

Streamlit makes several of a change of page: it pushes the new parameters at the old path, then the
new path, then what tabs correct. Back would land on addresses that nobody was at.
"""

import streamlit as st

# A step is pushed only once after somebody did something; what follows by itself replaces it. A
# click without a pointer is one by keyboard or assistive software. Nothing of a log is in it.
SCRIPT = """<style>div:has(> .st-key-one_step_back) { display: none; }</style>
<script>
if (!window.roletrailSteps) {
    window.roletrailSteps = true;
    const push = window.history.pushState.bind(window.history);
    let isChosen = false;
    const on = (name, handle) => window.addEventListener(name, handle, true);
    on("pointerdown", () => { isChosen = true; });
    on("keydown", () => { isChosen = true; });
    on("click", (event) => { isChosen = isChosen || event.detail === 0; });
    on("popstate", () => { isChosen = false; });
    window.history.pushState = (...step) => {
        if (isChosen) {
            push(...step);
        } else {
            window.history.replaceState(...step);
        }
        isChosen = false;
    };
}
</script>"""


def keep_one_step_back() -> None:
    """Let the browser take all that follows from one choice as one step."""
    st.container(key="one_step_back").html(SCRIPT, unsafe_allow_javascript=True)
