"""The steps of a case through which a key acts: where one never happens, the key moves nothing."""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    """A step, in the order of a case: an outcome that is 0 where it never happens, and what is said then.

    An outcome may hold {name}, which stands for the last name of the key.
    """

    IDENTIFIED = "identified", "Nobody is registered within the horizon"
    CHILD = "identified.age.child", "No victim registered within the horizon is a child"
    ADULT = "identified.age.adult", "No victim registered within the horizon is an adult"
    FOREIGN = "identified.nationality.foreign", "No victim registered within the horizon is foreign"
    PRESUMED = (
        "identified.status.presumed",
        "No victim registered within the horizon is a presumed one only",
    )
    FORM = (
        "identified.form.{name}",
        "No victim registered within the horizon has this form of exploitation",
    )
    CONVICTED = (
        "convicted",
        "No offender of a victim registered within the horizon is convicted",
    )
    AWARDED = "awarded", "No court awards anything to a victim registered within the horizon"
    PAID_BY_OFFENDER = "paid_without", "No offender pays a victim registered within the horizon"
    ENTITLED = "entitled", "Nobody registered within the horizon is entitled to claim"
    CLAIMED = "claims", "No claim is filed"
    CAPPED = "claims_capped", "The cap is never reached: no claim is larger"
    LATE = "claims_late", "Nobody files after the limit"
    SET_OFF = "claims_set_off", "No offender has paid anything by the time a claim is filed"
    WAITED = (
        "longest_delay",
        "The yearly limit is never reached: no payment due within the horizon waits",
    )
    SHORT = (
        "short_ever",
        "Cash is never short within the horizon, so the rule for hard years does not act",
    )
    ADVANCED = "advances", "The treasury lends nothing within the horizon"
    RECOVERED = "recoveries", "The fund recovers nothing within the horizon"
    AIDED = "cost.legal_aid", "The fund pays for no legal aid within the horizon"
    ASSISTED = "cost.assistance", "The fund assists nobody within the horizon"
    LAPSED = "lapsed", "Nothing is left in any December that could lapse"

    @property
    def outcome(self) -> str:
        """The outcome that is 0 where the step never happens."""
        return self.value[0]

    @property
    def finding(self) -> str:
        """What is said then."""
        return self.value[1]
