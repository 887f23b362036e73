import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { labelActions, labelArray } from '../../lib/experiment/action_labels.js';
import { addReachActions } from '../../lib/experiment/reach_labels.js';
import { bitsOf, channelsOf, loadTask, parseTask, presetTasks } from '../../lib/experiment/task.js';
import { readNpz } from '../../lib/files/npz.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = temporaryFolder();

/** "..##.." → values of a channel, a character for each ms */
const channel = (drawing: string) => Float64Array.from(drawing, (mark) => (mark === '#' ? 5 : 0.01));

describe.skipIf(!haveFixtures)('lever push of the fixtures', () => {
  it.each([
    ['210101_DL001_day1', 0],
    ['210102_DL001', 0],
    ['210102_DL001', 1],
  ])('%s, recording %i, as the original labels it', async (session, k) => {
    const expected = await readNpz(join(fixtures, 'expected', session, `expected_${k}.npz`));
    const behaviour = expected.behaviour!;
    const names = ['Back_Sensor', 'Front_Sensor', 'Reward_Signal', 'Reset_Signal', 'Tone_Signal', 'CamFrames'];
    const columns = behaviour.shape[1]!;
    const channels = new Map(
      names
        .slice(0, columns)
        .map((name, c) => [name, (behaviour.data as Float32Array).filter((_, i) => i % columns === c)]),
    );
    const task = presetTasks['lever-push']!;
    const labels = labelActions('b.tdms', task, channels);
    const { data, shape, dtype } = labelArray(task, labels);
    expect([shape, dtype]).toEqual([expected.action_labels!.shape, '<i2']);
    expect([...(data as Int32Array)]).toEqual([...(expected.action_labels!.data as Int16Array)]);
    expect(labels.counts.actions.rewarded_push).toBeGreaterThan(0);
  });
});

describe('labels', () => {
  it('are put at the last ms before a change', () => {
    const task = parseTask('t', {
      name: 'test',
      events: {
        on: { bit: 0, channel: 'A', edge: 'rise' },
        off: { bit: 1, channel: 'A', edge: 'fall' },
        b: { bit: 2, channel: 'B', edge: 'rise', minGapMs: 4 },
      },
      actions: { each: { bit: 0, rule: { each: 'b' } } },
    });
    const channels = new Map([
      ['A', channel('..##...#..')],
      ['B', channel('#.##.#...#')],
    ]);
    const { events, actions, counts, warnings } = labelActions('x', task, channels);
    expect([...events]).toEqual([0, 5, 0, 2, 0, 0, 1, 2, 4, 0]);
    expect([...actions]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(counts).toEqual({ events: { on: 2, off: 2, b: 2 }, actions: { each: 2 } });
    expect(warnings).toEqual([]);
  });

  it('of push and pull go by the position of the lever at the tone', () => {
    const task = presetTasks['push-pull']!;
    const channels = new Map(channelsOf(task).map((name) => [name, channel('............')]));
    channels.set('Tone_Signal', channel('..#..#..#..#'));
    channels.set('Back_Sensor', channel('....###.....'));
    channels.set('Front_Sensor', channel('###.......##'));
    channels.set('Reward_Signal', channel('...#..#.....'));
    const { actions } = labelActions('x', task, channels);
    // Rewarded push at 1, rewarded pull at 4; the others were missed pushes.
    expect([...actions]).toEqual([0, 1, 0, 0, 2, 0, 0, 16, 0, 0, 16, 0]);
  });

  it('need the channels of the task', () => {
    const task = presetTasks['lever-push']!;
    expect(() => labelActions('b.tdms', task, new Map([['Back_Sensor', channel('.#')]]))).toThrow(
      /b\.tdms: the task lever-push needs the channel Front_Sensor but there are Back_Sensor\./,
    );
    const flat = new Map(channelsOf(task).map((name) => [name, channel('....')]));
    expect(labelActions('x', task, flat).warnings).toContain('the channel Tone_Signal never changes.');
  });
});

describe('lever push with light', () => {
  const task = presetTasks['lever-push-opto']!;
  /** 40 s that are up from … to before …, ms, and how high */
  const signal = (...ups: [from: number, to: number, height?: number][]) => {
    const values = new Float64Array(40_000);
    for (const [from, to, height = 5] of ups) values.fill(height, from, to);
    return values;
  };
  const channels = new Map([
    ['Tone_Signal', signal([1000, 1100], [6300, 6400], [25_000, 25_100])],
    // It flickers when it opens first.
    ['Shutter_Signal', signal([6000, 6050], [6100, 7000], [12_000, 14_000], [25_000, 28_000])],
    // Weak the first time: above 0.1 V it is on.
    ['Laser_Signal', signal([1200, 3000, 0.3], [12_300, 14_000], [20_000, 22_000], [30_000, 31_000], [35_000, 36_000])],
    ['Back_Sensor', signal([1500, 2400], [7500, 7600], [12_500, 13_000], [20_500, 21_500], [25_500, 26_500])],
    ['Front_Sensor', signal([0, 1900], [2100, 21_000], [21_200, 26_200], [26_300, 40_000])],
    ['Reset_Signal', signal([3500, 3600], [8000, 8100], [26_000, 26_100], [32_000, 32_100])],
    ['Reward_Signal', signal()],
  ]);

  it('is labelled by cue, light and push', () => {
    const { actions, counts } = labelActions('b.tdms', task, channels);
    const found = [...actions.entries()].filter(([, bits]) => bits !== 0);
    expect(found).toEqual([
      // At the tone before the laser; the front is reached before the reset.
      [999, 1 << 12],
      // At the shutter before the tone; the lever moves when it is shut again.
      [5999, 1 << 3],
      // Both lights, no tone, back again before the front: the laser takes the place of the shutter.
      [11_999, 1 << 10],
      [19_999, 1 << 14],
      // The reset comes before the front.
      [24_999, 1 << 7],
      // No push but a reset; of the last laser there is neither.
      [29_999, 1 << 6],
    ]);
    expect(bitsOf(task, 'actions', ['cued_laser_push_full', 'uncued_laser_nopush'])).toBe((1 << 12) | (1 << 6));
    expect(counts.actions).toMatchObject({ cued_laser_push_full: 1, uncued_shutter_push_partial: 0 });
    expect(counts.events).toMatchObject({ shutter_onset: 3, laser_onset: 5, laser_offset: 5 });
    expect(labelArray(task, { actions, events: actions }).dtype).toBe('<i2');
  });

  it('is recommended where the plain lever push is asked for', () => {
    const { warnings } = labelActions('b.tdms', presetTasks['lever-push']!, channels);
    expect(warnings).toContainEqual(expect.stringMatching(/task lever-push-opto/));
  });
});

describe('reach', () => {
  const task = presetTasks.reach!;
  const labelled = () =>
    labelActions(
      'b.tdms',
      task,
      new Map([
        ['ReachLEDs', channel('.'.repeat(99) + '#'.repeat(200) + '.'.repeat(200) + '#'.repeat(100) + '.'.repeat(100))],
      ]),
    );
  const trials = [
    { start: 10, end: 10.2, spout: 'left', outcome: 'correct' },
    { start: 10.4, end: 10.5, spout: 'right', outcome: 'missed' },
    { start: 99, end: 99.5, spout: 'right', outcome: 'missed' },
  ];

  it('takes what came of the trials from the metadata', () => {
    const labels = labelled();
    addReachActions('b.tdms', labels, { date: '2021-01-01', trials });
    expect([labels.actions[98], labels.actions[498]]).toEqual([4, 2]);
    expect(bitsOf(task, 'actions', ['correct_left', 'missed_right'])).toBe(4 | 2);
    expect(labels.counts.actions).toMatchObject({ correct_left: 1, missed_right: 1, correct_right: 0 });
  });

  it.each([
    ['no metadata', undefined, /needs the trials of the metadata/],
    ['no trials', { date: 'd' }, /the trials in the metadata of d/],
    ['another outcome', { date: 'd', trials: [{ ...trials[0], outcome: 'x' }] }, /0\.outcome/],
    ['too few', { date: 'd', trials: trials.slice(0, 1) }, /have 1 trials .* but the light came on 2 times/],
    ['others', { date: 'd', trials: trials.map((one) => ({ ...one, end: one.end + 1 })) }, /only 0 of 2 trials/],
  ])('refuses %s', (_, metadata, message) => {
    expect(() => {
      addReachActions('b.tdms', labelled(), metadata);
    }).toThrow(message);
  });
});

describe('a task', () => {
  const rule = (change: object) => ({
    name: 'mine',
    events: { go: { bit: 0, channel: 'Go', edge: 'rise' }, lick: { bit: 1, channel: 'Lick', edge: 'rise' } },
    actions: { hit: { bit: 0, rule: { last: 'go', before: 'lick' } } },
    ...change,
  });

  it('comes by name or from a file', async () => {
    const path = join(folder.path, 'task.json');
    writeFileSync(path, JSON.stringify(rule({})));
    const task = await loadTask(path);
    expect(channelsOf(task)).toEqual(['Go', 'Lick']);
    expect(bitsOf(task, 'events', ['go', 'lick'])).toBe(3);
    expect(bitsOf(task, 'actions', ['hit', '4'])).toBe(5);
    expect(() => bitsOf(task, 'actions', ['miss'])).toThrow(/no action called miss\. It has hit/);
    expect(await loadTask('lever-push')).toBe(presetTasks['lever-push']);
    await expect(loadTask('lever')).rejects.toThrow(
      /no task called lever. Expected lever-push, lever-push-opto, push-pull, reach, none, or/,
    );
    await expect(loadTask(join(folder.path, 'no.json'))).rejects.toThrow(/there is no such file/);
    await expect(loadTask('constructor')).rejects.toThrow(/no task called constructor/);
  });

  it.each([
    [
      'a bit twice',
      rule({
        events: { a: { bit: 0, channel: 'A', edge: 'rise' }, b: { bit: 0, channel: 'A', edge: 'fall' } },
        actions: {},
      }),
      /events a and b have the same bit/,
    ],
    [
      'an event that there is not',
      rule({ actions: { hit: { bit: 0, rule: { each: 'x' } } } }),
      /hit is made of an event "x", which is none of go, lick/,
    ],
    [
      'another rule',
      rule({ actions: { hit: { bit: 0, rule: { first: 'go' } } } }),
      /actions\.hit\.rule: expected \{"last": event/,
    ],
    ['another edge', rule({ events: { go: { bit: 0, channel: 'Go', edge: 'up' } } }), /events\.go\.edge/],
    ['a bit too high', rule({ events: { go: { bit: 40, channel: 'Go', edge: 'rise' } } }), /events\.go\.bit/],
    ['an unknown key', rule({ evnts: {} }), /[Uu]nrecognized key/],
    [
      'what only built-in tasks have',
      rule({ actions: { hit: { bit: 0, rule: { builtIn: 'opto' } } } }),
      /expected \{"last"/,
    ],
    ['a list', [], /expected object/],
  ])('is refused with %s', (_, content, message) => {
    expect(() => parseTask('task.json', content)).toThrow(message);
  });
});
