"""How Sphinx builds the documentation: ``hatch run docs``."""

from importlib.metadata import version as version_of

project = "Tupli"
author = "The Tupli contributors"
copyright = "The Tupli contributors"
release = version_of("tupli-client")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "show-inheritance": True}
nitpicky = False

html_theme = "furo"
html_title = "Tupli"
html_show_copyright = False
