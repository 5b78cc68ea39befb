"""What brains cost: a ledger of every turn, prices with their dates, limits that hold."""

from assistant.money.ledger import Ledger, LedgerError, Row, Totals
from assistant.money.limits import Limits
from assistant.money.prices import Price, Tokens, price_of

__all__ = ["Ledger", "LedgerError", "Limits", "Price", "Row", "Tokens", "Totals", "price_of"]
