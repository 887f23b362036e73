"""Reads a result of node-dant (or pyDANT): neurons over sessions, turnover, motion, the surest neurons.

python read_results.py mydata mydata/DANT_Output
"""

import sys
from pathlib import Path

import numpy as np

data, result = (Path(argument) for argument in sys.argv[1:3])
cluster = np.load(result / "IdxCluster.npy")  # of each unit, 1 ... K; -1: unmatched
session = np.load(data / "session_index.npy").ravel().astype(int)  # 1 ... S
sessions = np.arange(1, session.max() + 1)
neurons = np.arange(1, cluster.max() + 1)

# Unit of each neuron in each session; -1 where it was not found. A neuron that the sorter split has two units
# in one session: the last one stands here.
unit_of = np.full((len(neurons), len(sessions)), -1)
for unit in np.flatnonzero(cluster > 0):
    unit_of[cluster[unit] - 1, session[unit] - 1] = unit
present = unit_of >= 0
print(f"{len(cluster)} units, {len(neurons)} neurons in two or more of {len(sessions)} sessions")
print("neurons by the number of sessions:", np.bincount(present.sum(axis=1), minlength=len(sessions) + 1)[2:])

# Of the units of one session, the share that is found in another
units = np.array([np.count_nonzero(session == s) for s in sessions])
shared = present.T.astype(int) @ present.astype(int)
print("share of the fewer units that two sessions have in common:")
print(np.round(shared / np.minimum.outer(units, units), 2))

# Where each neuron was, with the motion of the probe taken off
depth = np.load(result / "locations.npy")[:, 1]
constant = np.atleast_2d(np.load(result / "motion_constant.npy"))
linear = np.atleast_2d(np.load(result / "motion_linear.npy"))
if len(constant) == 1:  # a row for each shank otherwise
    corrected = depth - constant[0, session - 1] - 0.001 * linear[0, session - 1] * depth
    spread = [np.std(corrected[unit_of[n][present[n]]]) for n in range(len(neurons))]
    print(f"depth of a neuron over the sessions: standard deviation {np.median(spread):.1f} µm (median)")

confidence = result / "ClusterConfidence.npy"  # not among pyDANT's files
if confidence.exists():
    sure = neurons[np.load(confidence) > 0.99]
    print(f"{len(sure)} neurons with a confidence above 99 %:", *sure[:10], "..." if len(sure) > 10 else "")
