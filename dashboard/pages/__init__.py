"""The pages, and where each is."""

from starlette.middleware import Middleware
from starlette.routing import Route

from dashboard.pages.ambassadors import ambassadors
from dashboard.pages.answer import answer
from dashboard.pages.consultation import consultation
from dashboard.pages.consultations import consultations
from dashboard.pages.contributions import contribution, contributions
from dashboard.pages.explore import explore, specification
from dashboard.pages.export import AtMost, export, exports, open_data
from dashboard.pages.letters import letter, letters
from dashboard.pages.measures import measures, measures_of_consultation
from dashboard.pages.report import report
from dashboard.pages.suspects import suspects
from dashboard.pages.topic import topic
from dashboard.pages.waiting import waiting

_ONE_OF_FEW = [Middleware(AtMost)]

ROUTES: list[Route] = [
    Route("/", consultations),
    Route("/c/{consultation}", consultation),
    Route("/c/{consultation}/topics/{topic}", topic),
    Route("/c/{consultation}/report", report),
    Route("/c/{consultation}/contributions", contributions),
    Route("/c/{consultation}/topics/{topic}/contributions/{contribution}", contribution),
    Route("/c/{consultation}/letters", letters),
    Route("/c/{consultation}/letters/{topic}/{root_offset}", letter),
    Route("/c/{consultation}/topics/{topic}/answer", answer, methods=["GET", "POST"]),
    Route("/c/{consultation}/suspects", suspects),
    Route("/c/{consultation}/ambassadors", ambassadors),
    Route("/c/{consultation}/measures", measures_of_consultation),
    Route("/c/{consultation}/explore", explore),
    Route("/c/{consultation}/explore/{chart}.json", specification),
    Route("/c/{consultation}/export", exports),
    Route("/c/{consultation}/export/{view}.{suffix}", export, middleware=_ONE_OF_FEW),
    Route("/c/{consultation}/open-data.zip", open_data, middleware=_ONE_OF_FEW),
    Route("/waiting", waiting),
    Route("/measures", measures),
]
