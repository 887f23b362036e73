/**
 * Compares what a page says is printed with what was printed; undefined if they agree, else what differs. Blanks do not count;
 * "…" stands for any lines, or for the rest of one. Times differ from run to run, and other processors may round the last
 * digit otherwise.
 */
export function differingLine(shown: string, printed: string): string | undefined {
  const lines = printed.split('\n').map(words);
  let at = 0;
  let gap = true;
  for (const line of shown.split('\n').filter((text) => text.trim() !== '')) {
    if (line.trim() === '…') {
      gap = true;
      continue;
    }
    const expected = words(line);
    const found = lines.findIndex((other, index) => index >= at && alike(expected, other));
    const next = lines.findIndex((other, index) => index >= at && other.length > 0);
    if (found < 0 || (!gap && found !== next)) return `says that this line is printed, which is not: ${line.trim()}`;
    [at, gap] = [found + 1, false];
  }
  return undefined;
}

const words = (line: string) => line.split(/\s+/).filter((word) => word !== '');

function alike(shown: string[], printed: string[]): boolean {
  const open = shown.at(-1) === '…';
  const wanted = open ? shown.slice(0, -1) : shown;
  if (open ? printed.length < wanted.length : printed.length !== wanted.length) return false;
  return wanted.every((word, at) => word === printed[at] || near(word, printed[at]!, wanted[at + 1] ?? ''));
}

/** Numbers whose last digit is off by one, and any two numbers of seconds or gigabytes. */
function near(shown: string, printed: string, unit: string): boolean {
  const [a, b] = [shown, printed].map((word) => /^([−-]?)([\d,]*\.?\d+)(\D*)$/.exec(word));
  if (!a || !b || a[3] !== b[3]) return false;
  if (/^(s|ms|GB)\b/.test(unit)) return true;
  const [x, y] = [a, b].map((found) => Number(found[2]!.replaceAll(',', '')) * (found[1] ? -1 : 1)) as [number, number];
  const step = 10 ** -(/\.(\d+)/.exec(shown)?.[1]!.length ?? 0);
  return a[2]!.includes('.') && Math.abs(x - y) < 1.5 * step;
}
