"""cloudscraper 1.2.71: a session of requests. Signatures checked by tests/test_libraries.py."""

from __future__ import annotations

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

LIBRARY = Library(
    name="cloudscraper",
    packages=("cloudscraper",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(
        Client(
            Constructor("cloudscraper.CloudScraper"),
            senders={},
            bases=("requests.Session",),
        ),
    ),
    factories={
        "cloudscraper.create_scraper": "cloudscraper.CloudScraper",
        "cloudscraper.session": "cloudscraper.CloudScraper",
        "cloudscraper.CloudScraper.create_scraper": "cloudscraper.CloudScraper",
    },
    responses=requests.RESPONSES,
)
