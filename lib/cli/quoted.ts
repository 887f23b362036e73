/** A path as it can be pasted into a shell. */
export const quoted = (path: string) => (/^[\w./\\:-]+$/.test(path) ? path : `"${path}"`);
