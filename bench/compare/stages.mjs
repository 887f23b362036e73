// Seconds per stage of pyDANT, from when it prints what. It prints no times itself, so a stage here lasts from the text that
// shows its begin to the text that shows the next one's.

/** Text → the stage that begins with it. */
const beginnings = [
  [/^Loading data/, 'read'],
  [/sessions found!/, 'features'],
  [/^Done!/, 'similarity'],
  [/^Computing similarity done!/, 'clustering'],
  [/pairs of units are included for drift estimation/, 'motion'],
  [/^The range of motion/, 'correction'],
  [/^Match number decreased|Motion correction ends now/, 'correction'],
  [/^Computing waveform features/, 'correction'],
  [/^Computing waveform similarity/, 'similarity'],
  [/clusters and \d+ pairs before removing/, 'curation'],
  [/clusters and \d+ pairs after removing/, 'write'],
];

/** Pass the lines to `onLine`; `end` gives the seconds of each stage. */
export function stageClock() {
  const seconds = new Map();
  let stage = 'start';
  let since = 0;
  const leave = (now) => {
    seconds.set(stage, (seconds.get(stage) ?? 0) + now - since);
    since = now;
  };
  return {
    onLine(line, now) {
      const next = beginnings.find(([text]) => text.test(line))?.[1];
      if (next === undefined || next === stage) return;
      leave(now);
      stage = next;
    },
    end(now) {
      leave(now);
      return Object.fromEntries(seconds);
    },
  };
}

/** What a stage of the table is called. */
export const stageNames = {
  start: 'start of the program',
  read: 'read the data',
  features: 'unit features',
  similarity: 'similarities',
  clustering: 'clustering, weights, leaf order',
  motion: 'motion and its interval',
  correction: 'waveform correction',
  curation: 'curation',
  write: 'write, figures',
};

/** Our stages in those of the table. */
export function ourStages(seconds, wallSeconds) {
  const { leafOrder = 0, clustering = 0, write = 0, report = 0, ...others } = seconds;
  const stages = { ...others, clustering: clustering + leafOrder, write: write + report };
  const known = Object.values(stages).reduce((sum, value) => sum + value, 0);
  return { ...stages, start: Math.max(0, wallSeconds - known) };
}
