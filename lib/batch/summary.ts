import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

import { replaceText } from '../files/text_file.js';
import { csvLine } from '../import/csv.js';
import { standings, type Standing } from './plan_batch.js';
import { strangersText } from './strangers.js';
import { describe, type Study, type StudyRecording } from './study.js';
import { summaryPage } from './summary_page.js';
import { placesOf, type TaskFacts } from './task_state.js';

/** A recording in the summary of a study. */
export interface SummaryRow {
  animal: string;
  probe: string | null;
  region: string | null;
  /** In words */
  status: string;
  facts: TaskFacts | undefined;
  /** Sessions that may not belong to it, in words; null: none that the recording shows */
  strangers: string | null;
  /** Of the report, relative to the study's output; undefined: there is none */
  report: string | undefined;
}

/**
 * Writes what came out for all recordings of a study: study.html, study.csv and study.json in its output folder.
 * @returns The rows, in the order of the study
 * @throws DANT_OUTPUT
 */
export async function writeSummary(study: Study): Promise<SummaryRow[]> {
  const rows = [...(await standings(study))].map(([recording, standing]) => rowOf(study, recording, standing));
  const write = (name: string, text: string) => replaceText(join(study.output, name), text);
  await write('study.json', `${JSON.stringify({ study: study.file, recordings: rows }, undefined, 2)}\n`);
  await write('study.csv', table(rows));
  await write('study.html', summaryPage(study, rows));
  return rows;
}

function rowOf(study: Study, recording: StudyRecording, standing: Standing): SummaryRow {
  const { animal, probe = null, region = null } = recording;
  const facts = standing.state?.facts;
  const report = join(placesOf(study, recording).result, 'report.html');
  return {
    ...{ animal, probe, region, status: statusOf(standing), facts },
    strangers: strangersOf(standing) ?? null,
    report: facts && existsSync(report) ? relative(study.output, report) : undefined,
  };
}

/** How a recording stands, in words. */
export function statusOf(standing: Standing): string {
  if (standing.kind === 'waiting') return 'to be done';
  return standing.kind === 'failed' ? `failed: ${standing.why}` : standing.kind;
}

/** What people should look at: sessions that may not belong to the animal. */
export function strangersOf(standing: Standing): string | undefined {
  return standing.state?.facts && strangersText(standing.state.facts);
}

/** Sessions that half of the neurons were followed over, at least. */
export function medianFollowed(followed: readonly number[]): number {
  const total = followed.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  return followed.findIndex((count) => (sum += count) * 2 >= total && total > 0);
}

function table(rows: readonly SummaryRow[]): string {
  const header =
    'animal,probe,region,status,units,sessions,neurons,matched_units,median_sessions_followed,neurons_in_all_sessions,' +
    'median_days_followed,longest_days_followed,motion_min_um,motion_max_um,false_positive_rate,' +
    'connected_session_pairs,session_pairs,unconnected_sessions,interval_auc,warnings,seconds,peak_memory_mb\n';
  const lines = rows.map(({ animal, probe, region, status, facts }) =>
    csvLine([
      ...[animal, probe ?? '', region ?? '', status],
      ...(facts
        ? [
            ...[facts.units, facts.sessions, facts.neurons, facts.matchedUnits],
            ...[medianFollowed(facts.followed), facts.followed[facts.sessions] ?? 0],
            ...[facts.daysFollowed?.median ?? '', facts.daysFollowed?.longest ?? ''],
            ...(facts.motionUm?.map((motion) => motion.toFixed(1)) ?? ['', '']),
            facts.falsePositiveRate?.toFixed(4) ?? '',
            ...[facts.inCommon?.connectedPairs ?? '', facts.inCommon?.pairs ?? ''],
            ...[facts.inCommon?.strangers.join(' ') ?? '', facts.intervals?.auc.toFixed(3) ?? ''],
            ...[facts.warnings.length, facts.seconds.toFixed(1), Math.round(facts.peakMemoryBytes / 1e6)],
          ]
        : new Array<string>(18).fill('')),
    ]),
  );
  return header + lines.join('');
}

/** The name of a recording, for lists. */
export const rowName = ({ animal, probe, region }: SummaryRow) =>
  describe({ animal, probe: probe ?? undefined, region: region ?? undefined });
