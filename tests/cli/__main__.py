"""The command line with the sample's controls, as a program of its own: ``python -m tests.cli scan ...``."""

import evaluators
from assessor.attestations import questions
from assessor.cli import main
from tests.cli import sample

evaluators.CONTROLS = sample.CONTROLS
questions.ATTESTATIONS = ()

if __name__ == "__main__":
    main()
