"""The workload: from front doors through compute and roles to models, as a graph with the evidence of every hop.

Pure: it reads a snapshot through a view. `assessor.workload.build.workload` gives the whole of an account;
`Workload.reach` says of one door whether it leads to a model, and `Workload.paths` how.
"""
