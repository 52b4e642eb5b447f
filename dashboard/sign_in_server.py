"""The dashboard with sign-in: `streamlit run` of this file, as `roletrail dashboard` does it.

The settings come by standard input, since they hold secrets: whatever is in the environment or on
the command line can be read by others.
"""

import sys
import warnings
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.gate import Gate, raise_gate
from dashboard.sign_in_guard import SignInGuard
from dashboard.sign_in_settings import from_bytes

# Authlib tells its developers that httpx has a successor; Streamlit asks for httpx.
warnings.filterwarnings("ignore", message="The httpx module is deprecated")
settings = from_bytes(sys.stdin.buffer.read())
gate = Gate(settings)
raise_gate(gate)
app = st.App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(SignInGuard, gate=gate)],
    secrets={
        "auth": {
            "redirect_uri": settings.redirect_uri,
            "cookie_secret": settings.cookie_secret,
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "server_metadata_url": settings.discovery_url,
            "client_kwargs": {"scope": settings.scope, "prompt": settings.prompt},
        }
    },
)
