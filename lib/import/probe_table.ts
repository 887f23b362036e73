// Neuropixels probes, for .meta files that do not say everything themselves (SpikeGLX before 2023). Numbers: the ProbeTable
// that probeinterface ships, and SpikeGLX's documentation.

/** Places of the sites of a shank. */
export interface ProbeLayout {
  /** x of the first column in even and in odd rows, from the shank's left edge, µm */
  firstXUm: readonly [number, number];
  columnPitchUm: number;
  rowPitchUm: number;
  shankPitchUm: number;
}

/** How samples are scaled. */
export interface ProbeScale {
  /** 'imro': of each channel, in the ~imroTbl; 'header': in its header; else the same everywhere */
  apGain: 'imro' | 'header' | number;
  maxInt: number;
}

const layout = (
  evenX: number,
  oddX: number,
  columnPitchUm: number,
  rowPitchUm: number,
  shankPitchUm = 0,
): ProbeLayout => ({ firstXUm: [evenX, oddX], columnPitchUm, rowPitchUm, shankPitchUm });

// By part number, as one number of the imro table's format can stand for two layouts.
const layoutOfPart: readonly [RegExp, ProbeLayout][] = [
  [/^(NP10(0\d|1[0-4])|PRB_1_4_0480_1(_C)?|PRB_1_2_0480_2)$/, layout(27, 11, 32, 20)],
  [/^NP101[56]$|^NP1017$/, layout(27, 27, 32, 20)],
  [/^NP10[23][01]$/, layout(27, 11, 87, 20)],
  [/^NP1022$|^NP103[23]$/, layout(11, 11, 103, 20)],
  [/^NP1100$/, layout(14, 14, 6, 6)],
  [/^NP1110$/, layout(15.5, 15.5, 6, 6)],
  [/^NP1120$/, layout(6.75, 6.75, 4.5, 4.5)],
  [/^NP1121$/, layout(6.25, 6.25, 3, 3)],
  [/^NP1122$/, layout(12.5, 12.5, 3, 3)],
  [/^NP1123$/, layout(10.25, 10.25, 4.5, 4.5)],
  [/^NP12[01]0$/, layout(56.5, 36.5, 32, 31)],
  [/^NP1[34]00$/, layout(11, 11, 48, 20)],
  [/^(NP2000|PRB2_1_2_0640_0|NP200[345])$/, layout(27, 27, 32, 15)],
  [/^NP2006$/, layout(27, 11, 32, 15)],
  [/^(NP2010|PRB2_4_2_0640_0|NP201[34]|NP202[01])$/, layout(27, 27, 32, 15, 250)],
  [/^NP3010$/, layout(27, 27, 32, 15)],
  [/^NP302\d$/, layout(27, 27, 32, 15, 250)],
];

// Where there is no part number.
const partOfType: Record<number, string> = {
  0: 'NP1000',
  21: 'NP2000',
  24: 'NP2010',
  1100: 'NP1100',
  1110: 'NP1110',
  1120: 'NP1120',
  1121: 'NP1121',
  1122: 'NP1122',
  1123: 'NP1123',
  1200: 'NP1200',
  1300: 'NP1300',
  2003: 'NP2003',
  2013: 'NP2013',
  2020: 'NP2020',
  3010: 'NP3010',
  3020: 'NP3020',
};

export function layoutOf(part: string | undefined, type: number): ProbeLayout | undefined {
  const name = part ?? partOfType[type];
  return name === undefined ? undefined : layoutOfPart.find(([pattern]) => pattern.test(name))?.[1];
}

export function scaleOf(type: number): ProbeScale | undefined {
  if ([0, 1020, 1030, 1100, 1120, 1121, 1122, 1123, 1200, 1300].includes(type)) return { apGain: 'imro', maxInt: 512 };
  if (type === 1110) return { apGain: 'header', maxInt: 512 };
  if (type === 21 || type === 24) return { apGain: 80, maxInt: 8192 };
  if ([2003, 2013, 2020, 3010, 3020, 3022].includes(type)) return { apGain: 100, maxInt: 2048 };
  return undefined;
}
