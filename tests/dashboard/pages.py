"""Every page of a consultation, for whatever looks at all of them."""

from dashboard import addresses


def pages(consultation: str, topic: str, letter: int | None) -> dict[str, str]:
    """The addresses of the pages, by name; those of a letter where the topic has one."""
    found = {
        "consultations": addresses.CONSULTATIONS,
        "consultation": addresses.consultation(consultation),
        "topic": addresses.topic(consultation, topic),
        "contributions": addresses.contributions(consultation, {"topic": topic}),
        "suspects": addresses.suspects(consultation),
        "letters": addresses.letters(consultation),
        "waiting": addresses.waiting(),
        "ambassadors": addresses.ambassadors(consultation),
        "measures": addresses.measures(consultation),
        "export": addresses.exports(consultation),
        "explore": addresses.explore(consultation, {"topic": topic}),
        "report": addresses.report(consultation),
        "answer": addresses.answer(consultation, topic),
    }
    if letter is not None:
        found["letter"] = addresses.letter(consultation, topic, letter)
    return found


LETTERS = """
    SELECT root_offset FROM letters FINAL
    WHERE consultation = {consultation:String} AND topic = {topic:String}
    ORDER BY senders DESC, root_offset LIMIT 1
"""
"""SQL for a topic's letter with most senders."""
