import type { TableColumn } from '../files/nwb_table.js';

/** The columns `tracked_neuron` (−1: none) and `match_confidence` (NaN: none), a value for each unit. */
export function neuronColumns(
  units: readonly { neuron: number | undefined; confidence: number | undefined }[],
): TableColumn[] {
  return [
    {
      name: 'tracked_neuron',
      description: 'Neuron that this unit is, the same number in all sessions; -1: not matched, or not imported',
      values: BigInt64Array.from(units, ({ neuron }) => BigInt(neuron ?? -1)),
    },
    {
      name: 'match_confidence',
      description: 'Confidence of the neuron, 0 to 1; NaN where there is none',
      values: Float64Array.from(units, ({ confidence }) => confidence ?? NaN),
    },
  ];
}
