/** Nested objects as they come from a settings file, addressed by dotted paths. */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path; undefined where there is none. */
export function valueAt(tree: Tree, path: string): unknown {
  let value: unknown = tree;
  for (const key of path.split('.')) {
    if (!isTree(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Puts a value at a dotted path. What is in the way of the path and is no object is replaced. */
export function setValueAt(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let node = tree;
  for (const key of keys) {
    if (!Object.hasOwn(node, key) || !isTree(node[key])) node[key] = {};
    node = node[key] as Tree;
  }
  node[last] = value;
}
