"""Answers become pages: the only room that knows Streamlit."""
