/**
 * A file of a session, known by the name that it has uncompressed, and every place where it is. `archive`: `<name>.tar.gz`
 * in raw. A file that is only there as an archive has to be restored before it can be read.
 */
export interface SessionFile {
  /** Without `.tar.gz` */
  name: string;
  processed?: string;
  interim?: string;
  raw?: string;
  archive?: string;
}

/** A camera that ran with a behaviour file. */
export interface Camera {
  /** What stands behind the name of the behaviour file: "LeftCam" */
  name: string;
  data: SessionFile;
  meta: SessionFile | undefined;
}

/** Coordinates of body parts that DeepLabCut found in a camera's video. */
export interface Pose {
  /** Of the project; with the camera's behind it where a project has several */
  name: string;
  camera: Camera;
  /** More than one: which counts cannot be told */
  files: readonly SessionFile[];
}

/** What one probe recorded in one run (gate and trigger of SpikeGLX), and the behaviour of that run. */
export interface SessionRecording {
  /** From 0, in order of gate, trigger and probe: the N of `action_labels_N.npy`, `sync_N.png`, `lag.json` */
  index: number;
  gate: number;
  trigger: number;
  probe: number;
  apBin: SessionFile | undefined;
  apMeta: SessionFile | undefined;
  /** mtscomp's file, where `apBin` is a .cbin */
  apCh: SessionFile | undefined;
  /** undefined: Neuropixels 2.0, or lost */
  lfBin: SessionFile | undefined;
  lfMeta: SessionFile | undefined;
  lfCh: SessionFile | undefined;
  /** undefined: nothing was recorded, or it cannot be told which file belongs to this run */
  behaviour: SessionFile | undefined;
  cameras: readonly Camera[];
  /** Of the cameras' videos, by project */
  poses: readonly Pose[];
  /** `motion_regions.json`; undefined: whole frames are looked at */
  regions: SessionFile | undefined;
  /** Folder of the sorter with all recordings of this probe in sequence; undefined: not sorted yet */
  sorted: string | undefined;
}

/** A day of a mouse: a folder of `raw/` and those of the same name in `interim/` and `processed/`. */
export interface Session {
  /** Of the folders: "210101_DL001_day1" */
  name: string;
  mouse: string;
  /** "2021-01-01"; undefined: the name does not begin with a date */
  date: string | undefined;
  /** The folders; those of interim and processed need not be there yet. */
  raw: string;
  interim: string;
  processed: string;
  recordings: readonly SessionRecording[];
  /** Entries of the mouse's metadata file with this date, one for each recording; [] without metadata */
  metadata: readonly SessionMetadata[];
  /** What is missing or has no partner, in words. Nothing of it stops what can be done without. */
  findings: readonly string[];
}

/** An entry of `<mouse>.json`; what else it holds is the task's own. */
export interface SessionMetadata {
  date: string;
  [key: string]: unknown;
}

/** Sessions by their names, which begin with the date. */
export interface Experiment {
  /** Holds `raw/`, `processed/` and, unless it is elsewhere, `interim/` */
  folder: string;
  sessions: readonly Session[];
  /** About mice and folders rather than sessions, in words */
  findings: readonly string[];
}

/** Where a file can be read now, without restoring it; undefined: nowhere. */
export function pathOf(file: SessionFile | undefined): string | undefined {
  return file && (file.processed ?? file.interim ?? file.raw);
}
