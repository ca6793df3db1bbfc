"""What the words of a choice mean: files, commands and links have the word, readers this."""

from __future__ import annotations

from collections.abc import Mapping

from fundsim.scenario.schema.change import Bearer
from fundsim.scenario.schema.claim import Basis, FilingClock, Foreign, Money
from fundsim.scenario.schema.fund import Body, DecisionSpread, EntryPoint, Order, WhenShort
from fundsim.scenario.schema.income import Vote
from fundsim.scenario.schema.units import Form, Index
from fundsim.scenario.total import total

WORDS: Mapping[str, Mapping[str, str]] = {
    "entry_point": total(
        EntryPoint,
        {
            "none": "no fund",
            "services": "services without claims",
            "identified": "identification as a victim",
            "indictment": "indictment of an offender",
            "conviction": "final conviction of an offender",
            "judgment": "final award of compensation",
            "unpaid_judgment": "award that stays unpaid",
        },
    ),
    "when_short": total(
        WhenShort,
        {
            "queue": "claims wait in a queue",
            "pro_rata": "all get the same share",
            "treasury_advance": "the treasury lends",
            "supplement": "the state adds what is missing",
        },
    ),
    "foreign": total(
        Foreign,
        {
            "all": "all",
            "lawful": "those who stay lawfully",
            "reciprocity": "those whose state does the same",
            "none": "none",
        },
    ),
    "basis": total(
        Basis,
        {
            "fixed": "one fixed amount",
            "tariff": "a tariff",
            "judgment": "a share of the court's award",
            "smaller": "the smaller of tariff and award",
            "heads": "the sum of heads of damage",
        },
    ),
    "filing_limit_from": total(
        FilingClock, {"entry": "the fund's entry point", "crime": "the crime"}
    ),
    "money": total(Money, {"euro": "euro", "monthly_wages": "net monthly wages"}),
    "spread": total(
        DecisionSpread, {"fixed": "the same for each claim", "exponential": "exponential"}
    ),
    "index": total(Index, {"none": "nothing", "prices": "prices", "wages": "wages"}),
    "cost_by": total(Bearer, {"fund": "the fund", "state": "the state"}),
    "borne_by": total(Bearer, {"fund": "the fund", "state": "the state"}),
    "body": total(Body, {"officers": "officers", "committee": "a committee"}),
    "order": total(
        Order, {"filed": "the first filed first", "children_first": "children's claims first"}
    ),
    "vote": total(Vote, {"fixed": "a fixed amount", "revised": "revised by earlier cost"}),
    "form": total(
        Form,
        {
            "sexual": "sexual exploitation",
            "labour": "labour exploitation",
            "begging": "forced begging",
            "criminality": "forced criminality",
            "other": "forced marriage or other",
        },
    ),
}
"""Key, or `form`, to word to what it means; a catalogue has the words by the key as their context."""
