"""The only package that calls AWS: sessions, the scheduler, error classes, redaction.

``from assessor.collecting.run import collect`` is the way in. Importing this package, or its request and progress
modules, loads no AWS library: only what makes calls pays for it.
"""
