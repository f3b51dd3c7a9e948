"""What runs in AWS Lambda, one module per function; each has a ``handler``.

`single` assesses one account. `planning`, `worker`, `failure`, `aggregate` and `notify` are the steps of the state
machine over many. They answer with pointers and counts, never with findings: a state machine passes at most 256 KiB on
(https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). The settings of all of them are environment
variables (`settings`), their files lie in one bucket (`store`).
"""
