"""A client of the service in Python: the same API as the web UI, for scripts and programmatic workers.

>>> from groundswell.client import Client
>>> with Client("http://127.0.0.1:8400", key="gsk_...") as client:
...     for project in client.projects():
...         print(project["name"], project["tasks_completed"], "of", project["tasks_total"])
"""

from groundswell.client.client import Client, ServiceError

__all__ = ["Client", "ServiceError"]
