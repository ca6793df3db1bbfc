"""Whether the dashboard serves the web or its user's own machine, what that allows, and Streamlit's options.

The command passes them: a wheel carries no .streamlit/config.toml.
"""

from __future__ import annotations

import os

VARIABLE = "FUNDSIM_PUBLIC"  # set by the server for its pages: "1" or "0"
STORE = "FUNDSIM_STORE"  # address of computed outcomes, empty if none is used
SECRET = "FUNDSIM_COOKIE_SECRET"  # the same on all replicas behind one proxy

# Colours that readers with any colour vision tell apart (Okabe and Ito 2008), and lighter ones of
# the same kinds for a dark page.
CHART_LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#666666"]
CHART_DARK = ["#4DA6E0", "#F08A4B", "#2FC79B", "#E39CC6", "#F2C14E", "#A8DBF7", "#B3B3B3"]

# Text, captions (60 % of the text colour), links and marked values reach a contrast of 4.5 to 1.
# On a dark page no primary colour is right for both marked values and the white text of a button
# of type "primary"; it is right for the values, and the pages use plain buttons.
THEME: dict[str, object] = {
    # the title is small: what a page says in its second heading is what visitors came for
    "theme.headingFontSizes": ["1.25rem", "1.5rem", "1.3rem", "1.2rem", "1rem", "0.9rem"],
    "theme.light.primaryColor": "#005F96",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f4f5f7",
    "theme.light.textColor": "#0d1117",
    "theme.light.linkColor": "#005A8F",
    "theme.light.chartCategoricalColors": CHART_LIGHT,
    "theme.dark.primaryColor": "#56B4E9",
    "theme.dark.backgroundColor": "#0e1117",
    "theme.dark.secondaryBackgroundColor": "#1b2029",
    "theme.dark.textColor": "#f5f7fa",
    "theme.dark.linkColor": "#7CC4F0",
    "theme.dark.chartCategoricalColors": CHART_DARK,
}


def public() -> bool:
    """Whether strangers use this dashboard: every input is hostile and its use is rationed."""
    return os.environ.get(VARIABLE) == "1"


def uploads() -> bool:
    """Whether a visitor may hand in a file; the public server refuses the request anyway."""
    return not public()


def store() -> str:
    """The address of computed outcomes that pages take and, on the user's own machine, put there.

    Visitors of the web put nothing there: they could fill the disk.
    """
    return os.environ.get(STORE, "")


def options(public: bool, port: int, address: str, hosts: list[str]) -> dict[str, object]:
    """Streamlit's options by name, for the web or for the user's own machine."""
    found: dict[str, object] = {
        "browser.gatherUsageStats": False,
        "client.allowedOrigins": [],  # no other site's page may steer ours
        "client.showErrorDetails": "none" if public else "full",
        "client.showErrorLinks": False,
        "client.toolbarMode": "viewer" if public else "minimal",
        "server.address": address,
        "server.allowedHosts": hosts,
        "server.disconnectedSessionTTL": 30 if public else 120,
        "server.enableAgentApi": False,
        "server.enableCORS": True,
        "server.enableStaticServing": False,
        "server.enableXsrfProtection": True,
        "server.fileWatcherType": "none",
        "server.headless": True,  # never asks for an e-mail; the command opens the browser itself
        "server.maxCacheDataSize": "500mb",
        "server.maxMessageSize": 50,
        "server.maxUploadSize": 1,
        "server.port": port,
        **THEME,
    }
    if secret := os.environ.get(SECRET):
        found["server.cookieSecret"] = secret
    return found
