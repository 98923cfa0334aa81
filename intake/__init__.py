"""How contributions get in: the publisher, the importers, and the consultations made up for trials.

Everything here turns what a channel has into events of `schemas.events`. Names stop here: past this
room a person is a pseudonym.
"""
