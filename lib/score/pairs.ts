/** How well the clusters of a tracking result match the true neurons. */
export interface PairScore {
  /** Pairs of units of different sessions that are the same neuron, that share a cluster, and that do both. */
  truePairs: number;
  foundPairs: number;
  correctPairs: number;
  /** correct/found; NaN when nothing was found. */
  precision: number;
  /** correct/true; NaN when no neuron was recorded twice. */
  recall: number;
  /** Harmonic mean of precision and recall, 2·correct/(found + true). */
  f1: number;
  /** Neurons that were recorded in two or more sessions: what could be tracked. */
  trackableNeurons: number;
  /** Of those: neurons of which some cluster holds units of two or more sessions. */
  trackedNeurons: number;
  /** Of those: neurons of which one cluster holds a unit of every session, and no unit of another neuron. */
  wholeNeurons: number;
}

/**
 * Counts by cluster, so that the effort grows with the units and not with their pairs. Pairs within a session count
 * nowhere.
 * @param cluster (units) Cluster of each unit; negative: in no cluster.
 * @param neuron (units) True neuron of each unit; for a unit that mixes several, the one it has most spikes of.
 * @param session (units) Session of each unit.
 */
export function scorePairs(
  cluster: ArrayLike<number>,
  neuron: ArrayLike<number>,
  session: ArrayLike<number>,
): PairScore {
  const count = neuron.length;
  const neurons = new Groups();
  const clusters = new Groups();
  const shared = new Map<number, Groups>();
  for (let i = 0; i < count; i++) {
    neurons.add(neuron[i]!, session[i]!);
    if (cluster[i]! < 0) continue;
    clusters.add(cluster[i]!, session[i]!);
    let parts = shared.get(neuron[i]!);
    if (parts === undefined) shared.set(neuron[i]!, (parts = new Groups()));
    parts.add(cluster[i]!, session[i]!);
  }

  const truePairs = neurons.pairs();
  const foundPairs = clusters.pairs();
  let correctPairs = 0;
  let trackableNeurons = 0;
  let trackedNeurons = 0;
  let wholeNeurons = 0;
  for (const [id, { sessions }] of neurons.groups) {
    const parts = shared.get(id);
    correctPairs += parts?.pairs() ?? 0;
    if (sessions.size < 2) continue;
    trackableNeurons++;
    const found = [...(parts?.groups ?? [])].filter(([, part]) => part.sessions.size > 1);
    if (found.length > 0) trackedNeurons++;
    const isWhole = found.some(
      ([name, part]) => part.sessions.size === sessions.size && part.units === clusters.groups.get(name)!.units,
    );
    if (isWhole) wholeNeurons++;
  }
  return {
    truePairs,
    foundPairs,
    correctPairs,
    precision: correctPairs / foundPairs,
    recall: correctPairs / truePairs,
    f1: (2 * correctPairs) / (foundPairs + truePairs),
    trackableNeurons,
    trackedNeurons,
    wholeNeurons,
  };
}

/** Groups of units, each with its number of units in every session. */
class Groups {
  readonly groups = new Map<number, { units: number; sessions: Map<number, number> }>();

  add(id: number, session: number): void {
    let group = this.groups.get(id);
    if (group === undefined) this.groups.set(id, (group = { units: 0, sessions: new Map() }));
    group.units++;
    group.sessions.set(session, (group.sessions.get(session) ?? 0) + 1);
  }

  /** Number of pairs of units of one group and different sessions. */
  pairs(): number {
    let pairs = 0;
    for (const { units, sessions } of this.groups.values()) {
      pairs += pairsOf(units);
      for (const inSession of sessions.values()) pairs -= pairsOf(inSession);
    }
    return pairs;
  }
}

const pairsOf = (units: number) => (units * (units - 1)) / 2;
