"""Every page and state of the hub, opened in a browser and looked at: `make looks`.

What is opened: views.py. What it needs to be there: world.py. How one is judged:
looking.py. What people then look at: sheet.py. None of it runs in `make test`, except
that tests/test_looks.py holds views.py to the list of routes.
"""
