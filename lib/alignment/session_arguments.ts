// Arguments of functions that take sessions.
import { requireList, requireObject, requireText } from '../arguments.js';
import { argumentError } from '../errors.js';
import { requireIds, requireTrialKind } from './arguments.js';
import { SessionData } from './session_data.js';
import type { Response } from './trial_kind.js';

export function requireSessions(sessions: readonly SessionData[]): void {
  requireList('sessions', sessions).forEach((session, s) => {
    requireSession(`sessions[${s}]`, session);
  });
}

export function requireSession(name: string, session: SessionData): void {
  if (!((session as unknown) instanceof SessionData)) {
    throw argumentError(name, 'a session as SessionData.open gives it', session);
  }
}

/** The clusters of each session, if they are given. */
export function requireUnitsOfSessions(units: readonly (readonly number[] | undefined)[] | undefined): void {
  if (units === undefined) return;
  requireList('units', units).forEach((ids, s) => {
    if (ids !== undefined) requireIds(`units[${s}]`, ids);
  });
}

export function requireResponses(responses: readonly Response[]): void {
  requireList('responses', responses).forEach((response, r) => {
    requireTrialKind(`responses[${r}]`, response);
    requireText(`responses[${r}].name`, requireObject(`responses[${r}]`, response).name);
  });
}
