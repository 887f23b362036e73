/** A path as it can be pasted into a shell. */
export const quoted = (path: string) => (/^[\w./\\:-]+$/.test(path) ? path : `"${path}"`);

/** Flags by their names; those without a value are left out. */
export const repeatedFlags = (flags: Record<string, string | undefined>): string =>
  Object.entries(flags)
    .flatMap(([name, value]) => (value === undefined ? [] : ` --${name} ${quoted(value)}`))
    .join('');
