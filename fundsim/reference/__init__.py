"""The reference: the whole story of each victim and of the fund, told once more in plain Python.

It is written from docs/method.md and shares with the fast engine the scenario and nothing else: its
own uniforms, its own years, prices and chances, its own desk and cash box, its own outcomes and
statistics.  It is slow and meant to be read, in this order: `chance`, `beliefs`, `courts`, `economy`,
`victim`, `identified`, `pathway`, `entry`, `fund`, `costs`, `cash`, `future`, `outcomes`, `arithmetic`, `statistics`, `needs`.
"""
