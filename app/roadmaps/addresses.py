"""Where the pages of what the city board decides on are: of a roadmap, and of a programme."""

from typing import Any

from flask import url_for

from app.programmes.models import Roadmap
from app.roadmaps.subject import Subject


class Addresses:
    """The addresses of one roadmap or programme, by the names of the routes of a roadmap."""

    def __init__(self, subject: Subject) -> None:
        is_roadmap = isinstance(subject, Roadmap)
        self._prefix = "roadmaps." if is_roadmap else "roadmaps.programme_"
        self._page = "roadmaps.roadmap" if is_roadmap else "roadmaps.programme"
        self._parts = (
            {"year": subject.year} if isinstance(subject, Roadmap) else {"programme_id": subject.id}
        )

    def __call__(self, name: str, **parts: object) -> str:
        """Return the address of the route called `name`."""
        return self._url(f"{self._prefix}{name}", **parts)

    @property
    def page(self) -> str:
        """The page of the roadmap or the programme."""
        return self._url(self._page)

    def _url(self, endpoint: str, **parts: Any) -> str:
        values: dict[str, Any] = {**self._parts, **parts}
        return url_for(endpoint, **values)
