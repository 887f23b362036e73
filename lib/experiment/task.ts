import { z } from 'zod';

import { requireText } from '../arguments.js';
import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { parseYaml, readText } from '../files/text_file.js';
import { optoActions } from './opto_labels.js';
import { reachActions } from './reach_actions.js';

const bit = z.number().int().min(0).max(30);
const name = z.string().regex(/^[A-Za-z][\w.-]*$/, 'expected letters, digits, _ . or -, with a letter first');

const eventRule = z.strictObject({
  /** Group of the behaviour file */
  channel: z.string().min(1),
  edge: z.enum(['rise', 'fall']),
  /** Changes of the channel in this direction that are closer are one, ms */
  minGapMs: z.number().nonnegative().optional(),
  /** The channel is up above this, in its own unit. Default: above the middle of its range */
  above: z.number().optional(),
});

/** How an action is found. All but `state` name events. */
const actionRule = z.union([
  // Each `before`: the last `last` until then
  z.strictObject({
    last: name,
    before: name,
    /** Only where the channel is in this state at that moment */
    while: z.strictObject({ channel: z.string().min(1), state: z.union([z.literal(0), z.literal(1)]) }).optional(),
  }),
  // Each `eachOther` that is no action yet
  z.strictObject({
    eachOther: name,
    while: z.strictObject({ channel: z.string().min(1), state: z.union([z.literal(0), z.literal(1)]) }).optional(),
  }),
  // Each `each` before which there was no `without`, or since that one a `since`
  z.strictObject({ each: name, without: name, since: name }),
  // Each `each`
  z.strictObject({ each: name }),
]);

/** Of tasks that are known by name: what rules cannot say */
const builtInRule = z.strictObject({ builtIn: z.enum(['reach', 'opto']) });

const taskOf = <Rule extends z.ZodType>(rule: Rule) =>
  z.strictObject({
    name,
    /** What the task is, for people */
    about: z.string().optional(),
    /** Group of the behaviour file with the sync signal */
    sync: z.string().min(1).default('NpxlSync_Signal'),
    /** Bits of column 1 */
    events: z.record(name, z.strictObject({ bit, ...eventRule.shape })),
    /** Bits of column 0, found in this order: a later rule replaces what an earlier one found at the same ms */
    actions: z.record(name, z.strictObject({ bit, rule })),
  });
const schema = taskOf(actionRule);
const presetSchema = taskOf(z.union([actionRule, builtInRule]));

/** What an animal did, as data: which changes of which channels are events, and which events make an action. */
export type Task = z.infer<typeof presetSchema>;
export type ActionRule = z.infer<typeof actionRule>;

const sensors = {
  back_sensor_open: { bit: 0, channel: 'Back_Sensor', edge: 'rise' },
  back_sensor_closed: { bit: 1, channel: 'Back_Sensor', edge: 'fall' },
  front_sensor_open: { bit: 2, channel: 'Front_Sensor', edge: 'rise' },
  front_sensor_closed: { bit: 3, channel: 'Front_Sensor', edge: 'fall' },
  reward: { bit: 4, channel: 'Reward_Signal', edge: 'rise' },
  reset: { bit: 5, channel: 'Reset_Signal', edge: 'rise' },
} as const;
const leverPush = {
  ...sensors,
  tone_onset: { bit: 6, channel: 'Tone_Signal', edge: 'rise' },
  tone_offset: { bit: 7, channel: 'Tone_Signal', edge: 'fall' },
} as const;

const builtIn = (kind: 'reach' | 'opto', bits: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(bits).map(([action, own]) => [action, { bit: own, rule: { builtIn: kind } }]));

/** Tasks that are known by name. */
export const presetTasks: Readonly<Record<string, Task>> = Object.fromEntries(
  [
    {
      name: 'lever-push',
      about: 'A tone asks for a push of the lever, which is rewarded.',
      events: leverPush,
      actions: {
        rewarded_push: { bit: 0, rule: { last: 'tone_onset', before: 'reward' } },
        missed_tone: { bit: 2, rule: { eachOther: 'tone_onset' } },
        uncued_push: { bit: 1, rule: { each: 'back_sensor_open', without: 'tone_onset', since: 'reset' } },
      },
    },
    {
      name: 'lever-push-opto',
      about: 'The lever push with a shutter and a laser: what the animal did while they were on.',
      events: {
        ...leverPush,
        shutter_onset: { bit: 8, channel: 'Shutter_Signal', edge: 'rise', minGapMs: 200 },
        shutter_offset: { bit: 9, channel: 'Shutter_Signal', edge: 'fall', minGapMs: 200 },
        laser_onset: { bit: 10, channel: 'Laser_Signal', edge: 'rise', above: 0.1 },
        laser_offset: { bit: 11, channel: 'Laser_Signal', edge: 'fall', above: 0.1 },
      },
      actions: builtIn('opto', optoActions),
    },
    {
      name: 'push-pull',
      about: 'A tone asks for a push or a pull of the lever, whichever its position allows.',
      events: {
        ...sensors,
        front_reset: { bit: 6, channel: 'Front_Reset', edge: 'rise' },
        tone_onset: { bit: 7, channel: 'Tone_Signal', edge: 'rise' },
        tone_offset: { bit: 8, channel: 'Tone_Signal', edge: 'fall' },
      },
      actions: {
        rewarded_pull: {
          bit: 1,
          rule: { last: 'tone_onset', before: 'reward', while: { channel: 'Front_Sensor', state: 0 } },
        },
        rewarded_push: {
          bit: 0,
          rule: { last: 'tone_onset', before: 'reward', while: { channel: 'Back_Sensor', state: 0 } },
        },
        missed_push: { bit: 4, rule: { eachOther: 'tone_onset', while: { channel: 'Back_Sensor', state: 0 } } },
        missed_pull: { bit: 5, rule: { eachOther: 'tone_onset', while: { channel: 'Front_Sensor', state: 0 } } },
        uncued_push: { bit: 2, rule: { each: 'back_sensor_open', without: 'tone_onset', since: 'reset' } },
      },
    },
    {
      name: 'reach',
      about: 'A light asks for a reach to a spout; what came of it stands in the metadata of the session.',
      events: {
        led_on: { bit: 0, channel: 'ReachLEDs', edge: 'rise' },
        led_off: { bit: 1, channel: 'ReachLEDs', edge: 'fall' },
      },
      // By the trials of the metadata: reach_labels.ts
      actions: builtIn('reach', reachActions),
    },
    { name: 'none', about: 'No task: events and actions are not looked for.', events: {}, actions: {} },
  ].map((task) => [task.name, presetSchema.parse(task)]),
);

/**
 * A task by its name, or from a file (JSON or YAML) by its path. Throws DANT_DATA for a file that cannot be used, DANT_ARGUMENT for another name.
 */
export async function loadTask(task: string): Promise<Task> {
  requireText('task', task);
  const preset = Object.hasOwn(presetTasks, task) ? presetTasks[task] : undefined;
  if (preset) return preset;
  if (!/\.(json|ya?ml)$/i.test(task)) {
    throw new DantError(
      'DANT_ARGUMENT',
      `There is no task called ${task}. Expected ${Object.keys(presetTasks).join(', ')}, or a file such as task.json.`,
    );
  }
  return parseTask(task, parseYaml(task, await readText(task)));
}

/** Checks what a task file holds. Throws DANT_DATA. */
export function parseTask(path: string, content: unknown): Task {
  const { data: task, error } = schema.safeParse(content);
  if (error) {
    const [issue] = error.issues;
    const at = issue!.path.join('.');
    const why = issue!.code === 'invalid_union' ? ruleShapes : issue!.message;
    throw fileError(path, `${at === '' ? '' : `${at}: `}${why}. See docs/pixels.md for what a task is made of.`);
  }
  for (const kind of ['events', 'actions'] as const) {
    const seen = new Map<number, string>();
    for (const [key, { bit: own }] of Object.entries<{ bit: number }>(task[kind])) {
      const other = seen.get(own);
      if (other !== undefined) throw fileError(path, `the ${kind} ${other} and ${key} have the same bit, ${own}.`);
      seen.set(own, key);
    }
  }
  for (const [key, { rule }] of Object.entries(task.actions)) {
    const { while: _, ...events } = rule as Record<string, unknown>;
    for (const event of Object.values(events) as string[]) {
      if (Object.hasOwn(task.events, event)) continue;
      throw fileError(
        path,
        `the action ${key} is made of an event "${event}", which is none of ${Object.keys(task.events).join(', ') || 'no events'}.`,
      );
    }
  }
  return task;
}

const ruleShapes =
  'expected {"last": event, "before": event}, {"eachOther": event}, {"each": event} or {"each": event, "without": event, "since": event}';

/** Groups of the behaviour file that a task needs. */
export function channelsOf(task: Task): string[] {
  const whiles = Object.values(task.actions).flatMap(({ rule }) =>
    'while' in rule && rule.while ? [rule.while.channel] : [],
  );
  return [...new Set([...Object.values(task.events).map(({ channel }) => channel), ...whiles])];
}

/** Bits of named actions or events, ORed; a number stands for itself. Throws DANT_ARGUMENT for a name that the task does not have. */
export function bitsOf(task: Task, kind: 'actions' | 'events', names: readonly (string | number)[]): number {
  return names.reduce<number>((bits, key) => {
    if (typeof key === 'number' || /^\d+$/.test(key)) return bits | Number(key);
    const entry = Object.hasOwn(task[kind], key) ? task[kind][key] : undefined;
    if (entry) return bits | (1 << entry.bit);
    throw new DantError(
      'DANT_ARGUMENT',
      `The task ${task.name} has no ${kind.slice(0, -1)} called ${key}. It has ${Object.keys(task[kind]).join(', ') || 'none'}.`,
    );
  }, 0);
}
