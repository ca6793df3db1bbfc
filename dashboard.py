"""Opens the dashboard.  Its pages are not built yet: this page says so and shows what runs today."""

import streamlit as st

from fundsim import __version__

st.set_page_config(page_title="fundsim")
st.title("fundsim")
st.text(
    f"Version {__version__}. The dashboard is not built yet. In a terminal: fundsim run serbia --out out"
)
