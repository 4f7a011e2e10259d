"""Failures → one incident per cause → one card, edited until recovered."""

from bot.incidents.drawing import Cards
from bot.incidents.incidents import Acted, Incidents
from bot.incidents.places import Places
from bot.incidents.ports import Audiences, Book, Clients

__all__ = ["Acted", "Audiences", "Book", "Cards", "Clients", "Incidents", "Places"]
