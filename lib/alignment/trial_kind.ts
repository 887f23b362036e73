import { argumentError } from '../errors.js';
import { bitsOf, type Task } from '../experiment/task.js';
import type { TrialKind } from './trials.js';

/** A kind of trial and what it is called. */
export interface Response extends TrialKind {
  name: string;
}

/**
 * "rewarded_push@tone_onset": an action and an event of a task, by name or as bits; several of one, joined by +, are any of them. Throws
 * DANT_ARGUMENT.
 */
export function parseResponse(text: string, task: Task): Response {
  const parts = text.split('@');
  const [action = '', event = ''] = parts.map((part) => part.trim());
  if (parts.length !== 2 || action === '' || event === '') {
    throw argumentError('the response', 'ACTION@EVENT, such as rewarded_push@tone_onset', text);
  }
  return {
    name: `${action}@${event}`,
    label: bitsOf(task, 'actions', action.split('+')),
    event: bitsOf(task, 'events', event.split('+')),
  };
}
