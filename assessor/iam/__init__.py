"""What IAM policies mean: who can do what, in which circumstances, with a witness. Pure, standard library only.

Where to start
--------------
Policies
    ``policy.parse_policy(document, use=Use.RESOURCE, name="...")`` takes an object, JSON text or URL-encoded text
    and never raises; ``Policy.unsupported`` holds what cannot be judged.
The account's principals
    ``build.build_universe(details, account=..., scps=..., org=...)`` from the merged answer of
    GetAccountAuthorizationDetails. Then
    ``universe.who_can("bedrock:InvokeModel")``: every principal that can on anything, each an ``Access`` with its
    resource, decision (witness) and the statements responsible;
    ``universe.can(principal, "iam:PutRolePolicy")``: one principal, on anything;
    ``universe.ask(principal, action, resource, resource_policy=...)``: one principal, one resource;
    ``universe.who_can("s3:PutObject", [f"{bucket_arn}/x"], resource_policy=policy)``: who inside the account can
    write to a bucket (`exposure` says who outside).
    ``universe.assumable(principal)``: the roles it may assume (into an unguarded one: a way around the fence).
    ``universe.before_scp`` is true when service control policies were not readable.
Many resources at once
    ``matrix.Matrix(universe, arns).row(principal, action)`` gives sets of resources as bits.
Outsiders
    ``exposure.exposure(policy, resource=arn, account=..., org=..., setting=Setting(...))``: ANYONE, ANY_ACCOUNT,
    IP_RANGE, ACCOUNT:id, SERVICE:name, FEDERATED:provider, ORG:id or PRIVATE, each with a witness.
Guardrails
    ``guardrail.posture(universe.subject(principal), targets, guardrails=..., enforced=..., regions=...)``: for every
    action and target NO_ACCESS, LOCKED_OUT, UNGUARDED (witness), MANDATORY (accepted set), MANDATORY_ANY, ENFORCED or
    UNKNOWN; side doors and fence cutters. ``guardrail.representative_targets`` lists one target of every kind.
From where, with what
    ``network.from_where(...)`` by network class; ``credentials.key_use(...)`` for Bedrock API keys;
    ``grants.grants(policies)`` for facts on how wide policies are.
One request
    ``evaluate.evaluate(Request(...), Layers(...))`` when everything is known; ``decide.decide(...)`` when keys are
    not: ALLOWED or DENIED in every circumstance, CONDITIONAL with a witness for each side, or UNSUPPORTED.

A verdict UNSUPPORTED, an ``Access.unknown``, a mandate UNKNOWN and a non-empty ``Exposure.unsupported`` all mean the
same to a control: NOT_ASSESSED(UNSUPPORTED_POLICY_CONSTRUCT). Allow and Deny are never guessed.
"""
