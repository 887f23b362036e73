/** The parts of the name of a data file in the ALyx File format (https://int-brain-lab.github.io/ONE/alf_intro.html). */
export interface AlfName {
  namespace: string | undefined;
  object: string;
  attribute: string;
  timescale: string | undefined;
  /** What stands between the attribute and the extension, a UUID at its end left out */
  extra: string | undefined;
  /** Some data servers keep it in the name. */
  uuid: string | undefined;
  extension: string;
}

const namePattern =
  /^_?((?<=_)[a-zA-Z0-9]+)?_?(\w+)\.((?:_[a-z]+_)?[a-zA-Z0-9]+(?:_times(?=[_.])|_intervals(?=[_.]))?)(?:_(\w+))?((?:\.[\w-]+)*)\.(\w+)$/;
const uuidPattern = /(?:^|\.)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Undefined: not a name of a data file. */
export function parseAlfName(name: string): AlfName | undefined {
  const [, namespace, object, attribute, timescale, dotted = '', extension] = namePattern.exec(name) ?? [];
  if (object === undefined || attribute === undefined || extension === undefined) return undefined;
  const extras = dotted.slice(1);
  const uuid = uuidPattern.exec(extras);
  const extra = uuid ? extras.slice(0, uuid.index) : extras;
  return {
    namespace,
    object,
    attribute,
    timescale,
    extra: extra === '' ? undefined : extra,
    uuid: uuid?.[1],
    extension,
  };
}

/** The name by which an attribute is known: with its timescale and what else stands before the extension. */
export function attributeKey({ attribute, timescale, extra }: AlfName): string {
  return [
    timescale === undefined ? attribute : `${attribute}_${timescale}`,
    ...(extra === undefined ? [] : [extra]),
  ].join('.');
}

/** The path of a file without the UUID in its name, as tables list it. */
export function withoutUuid(path: string): string {
  return path.replace(/\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.\w+$)/i, '');
}

/** A file of a session. */
export interface AlfFile extends AlfName {
  /** In the session, with "/" */
  path: string;
  /** Folder in the session, without that of the revision; '': the session's own */
  collection: string;
  /** '': none */
  revision: string;
}

/** Undefined: not a data file. `path`: in the session, with "/". */
export function parseAlfPath(path: string): AlfFile | undefined {
  const parts = path.split('/');
  const name = parseAlfName(parts.pop()!);
  if (name === undefined) return undefined;
  const [, revision = ''] = /^#([\w.-]+)#$/.exec(parts.at(-1) ?? '') ?? [];
  if (revision !== '') parts.pop();
  return { ...name, path, collection: parts.join('/'), revision };
}

/** Whose a session is, and when. */
export interface SessionPath {
  lab: string | undefined;
  subject: string;
  /** "2024-05-01" */
  date: string;
  number: number;
}

/** Of a session's folder: […<lab>/Subjects/]<subject>/<date>/<number>. Undefined: it is not one. */
export function parseSessionPath(folder: string): SessionPath | undefined {
  const match =
    /(?:(?:^|[\\/])(\w+)[\\/]Subjects[\\/]|^|[\\/])([\w.-]+)[\\/](\d{4}-\d\d-\d\d)[\\/](\d{1,3})[\\/]?$/.exec(folder);
  if (!match) return undefined;
  return { lab: match[1], subject: match[2]!, date: match[3]!, number: Number(match[4]) };
}
