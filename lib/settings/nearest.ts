import { distance } from 'fastest-levenshtein';

/** The candidate that looks most like `text`, ignoring case, "_" and "-"; undefined if none is similar. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const scored = candidates.map((candidate) => ({ candidate, edits: edits(text, candidate) }));
  const best = scored.reduce((a, b) => (b.edits < a.edits ? b : a), { candidate: '', edits: Infinity });
  return best.edits <= Math.max(2, Math.floor(text.length / 3)) ? best.candidate : undefined;
}

/** For dotted paths: a key that is right but stands in the wrong group is found too. */
export function nearestPath(path: string, candidates: readonly string[]): string | undefined {
  const near = nearest(path, candidates);
  if (near !== undefined) return near;
  const key = nearest(lastKey(path), candidates.map(lastKey));
  return candidates.find((candidate) => lastKey(candidate) === key);
}

function edits(a: string, b: string): number {
  const [x, y] = [bare(a), bare(b)];
  // max_dist, window_ms: one name goes on after the other.
  const isLonger = Math.min(x.length, y.length) >= 4 && (x.startsWith(y) || y.startsWith(x));
  return isLonger ? Math.min(1, distance(x, y)) : distance(x, y);
}

const bare = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '');

const lastKey = (path: string) => path.slice(path.lastIndexOf('.') + 1);
