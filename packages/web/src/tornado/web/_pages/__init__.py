"""Pages from templates.

``_templates`` finds a template and renders it, in the locale that ``_language`` chooses, with the
names of ``_ui_namespace`` and the modules of ``_ui_modules``. ``_page_resources`` then puts their
style sheets and scripts into the page; ``_static_urls`` writes the URLs.
"""
