"""What only people can answer: the questions, the file of answers, and whether an answer still holds.

An answer is dated and owned, and bound to named facts of the configuration it was given on: when one of them changes,
the answer is stale, whatever its date. Pure but for the file; `assessor.attestations.state` makes findings of it.
"""
