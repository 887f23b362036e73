const dayMs = 86_400_000;

/**
 * The day of each session, counted from the first one: of its date, else of the last date in the path of its folder. Undefined if
 * the day of one is not known, if they are not in order, or if all are of one day.
 */
export function sessionDays(
  sessions: readonly { folder: string; date?: string | undefined }[],
): Float64Array | undefined {
  const folders = sessions.map(({ folder }) => folder);
  const days = sessions.map(({ folder, date }) => {
    if (date !== undefined) return dayIn(date);
    // Sessions that were cut out of one sorting have its folder.
    return folders.indexOf(folder) === folders.lastIndexOf(folder) ? dayIn(folder) : undefined;
  });
  if (days.length === 0 || !days.every((day, s) => day !== undefined && day >= (days[s - 1] ?? day))) return undefined;
  const fromFirst = Float64Array.from(days, (day) => day! - days[0]!);
  return fromFirst.at(-1) === 0 ? undefined : fromFirst;
}

/** The last date in a text, 2024-05-01 or 20240501, in days. */
export function dayIn(text: string): number | undefined {
  const found = [...text.matchAll(/(?<!\d)((?:19|20)\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d)/g)].at(-1);
  if (!found) return undefined;
  const [, year, , month, day] = found as unknown as [string, string, string, string, string];
  const time = Date.parse(`${year}-${month}-${day}`);
  return Number.isNaN(time) ? undefined : time / dayMs;
}
