"""The API and the map page.

``create_app`` in ``app.py`` is the way in. ``published.py`` is the table that the API, its OpenAPI document and the
page for residents are made from; ``query.py`` reads what is asked, ``resources.py`` answers it.
"""
