"""What holds for every test: no example of Hypothesis has to be done within a time."""

from hypothesis import settings

settings.register_profile("assessor", deadline=None)
settings.load_profile("assessor")
