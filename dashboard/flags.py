"""What flags say, in the reader's language.

The pipeline raises a flag with a sentence in English. In another language the flag's own figures
are told: it has shares, but not the counts that they are of.
"""

from dashboard.i18n import ENGLISH, Words
from schemas.policy import Policy
from schemas.records import Flag


def sentence(flag: Flag, words: Words) -> str:
    """The sentence of a flag; it holds the participant's pseudonym whole."""
    if words.locale == ENGLISH:
        return flag["sentence"]
    _ = words.gettext
    if flag["measure"] == "posting_limit":
        return words.ngettext(
            "%(person)s made %(count)s contribution over the posting limit of %(limit)s.",
            "%(person)s made %(count)s contributions over the posting limit of %(limit)s.",
            round(flag["figure"]),
        ) % {
            "person": flag["participant"],
            "count": words.number(flag["figure"]),
            "limit": words.number(flag["threshold"]),
        }
    told = {
        "person": flag["participant"],
        "share": words.percent(flag["figure"]),
        "threshold": words.percent(flag["threshold"]),
    }
    if flag["starts_at"] is not None and flag["ends_at"] is not None:
        times = {
            "from": words.moment(flag["starts_at"]),
            "until": words.moment(flag["ends_at"]),
        }
        return _(
            "%(person)s wrote %(share)s of the contributions between %(from)s and %(until)s."
            " The policy flags from %(threshold)s on."
        ) % (told | times)
    if flag["measure"] == "top5_share":
        return (
            _(
                "The five most active, %(person)s among them, wrote %(share)s of the contributions."
                " The policy flags from %(threshold)s on."
            )
            % told
        )
    return (
        _(
            "%(person)s wrote %(share)s of the contributions."
            " The policy flags from %(threshold)s on."
        )
        % told
    )


def too_few(judgement: str, policy: Policy, words: Words) -> str:
    """Why a whole is not judged.

    Args:
        judgement: The pipeline's sentence, in English.
        policy: In force there.
        words: The reader's language.
    """
    if words.locale == ENGLISH:
        return judgement
    limits = policy.dominance
    return words.gettext(
        "Too few voices to judge: the policy judges from %(contributions)s contributions by"
        " %(voices)s voices on."
    ) % {
        "contributions": words.number(limits.minimum_contributions),
        "voices": words.number(limits.minimum_voices),
    }
