/** Section 9 of the method, written down as it reads. */
export function curateSlowly(
  ids: number[],
  sessions: number[],
  similarity: (i: number, j: number) => number,
  threshold: number | undefined,
): { labels: number[]; pairs: number[][] } {
  const labels = [...ids];
  const pairs: number[][] = [];
  const record = (i: number, j: number, type: number) => pairs.push([Math.min(i, j), Math.max(i, j), type]);
  const membersOf = (id: number) => [...labels.keys()].filter((unit) => labels[unit] === id);
  const clusters = Math.max(0, ...ids);

  for (let id = 1; id <= clusters; id++) {
    for (;;) {
      const members = membersOf(id);
      const mean = (i: number) => members.reduce((sum, j) => sum + similarity(i, j), 0) / members.length;
      const marked: number[] = [];
      for (const i of members) {
        for (const j of members) {
          if (j >= i || sessions[i] !== sessions[j]) continue;
          const weaker = mean(i) <= mean(j) ? i : j;
          if (!marked.includes(weaker)) marked.push(weaker);
        }
      }
      marked.forEach((i, k) => {
        for (const j of members) if (!marked.slice(0, k + 1).includes(j)) record(i, j, 1);
      });
      for (const i of marked) labels[i] = -1;
      if (marked.length === 0) break;
    }
  }

  let largest = clusters;
  for (let id = 1; threshold !== undefined && id <= clusters; id++) {
    const members = membersOf(id);
    const components: number[][] = [];
    for (const first of members) {
      if (components.flat().includes(first)) continue;
      const component = [first];
      for (const i of component) {
        component.push(...members.filter((j) => similarity(i, j) > threshold && !component.includes(j)));
      }
      components.push(component.sort((a, b) => a - b));
    }
    components.slice(1).forEach((component, k) => {
      const others = members.filter(
        (j) =>
          components[0]!.includes(j) ||
          components
            .slice(k + 2)
            .flat()
            .includes(j),
      );
      for (const i of component) {
        labels[i] = largest + k + 1;
        for (const j of others) record(i, j, 2);
      }
    });
    largest += Math.max(0, components.length - 1);
  }

  const kept = [...new Set(labels)].filter((id) => id > 0 && membersOf(id).length > 1).sort((a, b) => a - b);
  return { labels: labels.map((id) => (kept.includes(id) ? kept.indexOf(id) + 1 : -1)), pairs };
}
