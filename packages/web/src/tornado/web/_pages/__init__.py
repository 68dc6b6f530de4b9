"""Pages from templates, and error pages.

``_pages``, a facet of handlers, renders a template that the loaders in ``_templates`` have found,
with the names of ``_ui_namespace`` and in the locale of the user. ``_ui_modules`` are the parts of a
page, and ``_page_resources`` inserts their style sheets and scripts. ``_error_page`` is the page of a
request that has failed. ``_markup`` is text that templates do not escape.
"""
