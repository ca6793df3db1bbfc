"""Opens the dashboard: `fundsim dashboard` or `make dashboard`.  Its pages are in fundsim/app."""

from fundsim.app.main import show

show()
