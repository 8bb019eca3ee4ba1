"""Windows of the tests' browser."""

from __future__ import annotations

# MLflow's assistant opens by itself on the first visit, over what is to be seen
_QUIET = """
localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')
localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false')
"""


def opened(browser, width, height, scheme):
    """A page of its own in one of the UI's colours, ``light`` or ``dark``."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    dark = "true" if scheme == "dark" else "false"
    page.add_init_script(_QUIET)
    page.add_init_script(f"localStorage.setItem('_mlflow_dark_mode_toggle_enabled', '{dark}')")
    page.set_default_timeout(60_000)
    return page
