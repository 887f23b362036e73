import type { Config } from 'vega-lite';

/** Colours that people with any colour vision can tell apart: Okabe & Ito 2008, https://jfly.uni-koeln.de/color/. */
export const colors = {
  matched: '#0072b2',
  unmatched: '#a3a7ad',
  threshold: '#d55e00',
  ink: '#1f2933',
  faint: '#d9dce0',
  /** The dark end of images */
  deep: '#08306b',
  series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#6b4c9a', '#7f6a3f'],
} as const;

export const fontFamily = 'Inter, "Helvetica Neue", Helvetica, Arial, sans-serif';

export const config: Config = {
  font: fontFamily,
  // A label for each of thousands of marks helps nobody, and would be half of a drawing: that of an image is the image.
  aria: false,
  background: 'white',
  padding: 14,
  view: { stroke: null },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 500,
    labelColor: colors.ink,
    titleColor: colors.ink,
    domainColor: '#8b929b',
    tickColor: '#8b929b',
    gridColor: '#eceef0',
    tickSize: 4,
    titlePadding: 8,
  },
  legend: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500, symbolStrokeWidth: 2, symbolOpacity: 1 },
  title: {
    anchor: 'start',
    fontSize: 15,
    fontWeight: 600,
    color: colors.ink,
    subtitleFontSize: 12,
    subtitleColor: '#5b6570',
    subtitlePadding: 5,
    offset: 14,
  },
  header: { labelFontSize: 12, labelFontWeight: 500, titleFontSize: 12, labelColor: colors.ink, labelAnchor: 'start' },
  line: { strokeWidth: 1.8 },
  point: { size: 34 },
};

export const thresholdMark = { type: 'rule' as const, color: colors.threshold, strokeWidth: 2, strokeDash: [5, 3] };

export const kindColor = {
  field: 'kind',
  type: 'nominal',
  title: 'pairs',
  scale: { domain: ['matched', 'unmatched'], range: [colors.matched, colors.unmatched] },
} as const;

/** A colour "#rrggbb" on white: red, green and blue. */
export function onWhite(color: string, opacity: number): number[] {
  return [1, 3, 5].map((at) => Math.round(255 + opacity * (Number.parseInt(color.slice(at, at + 2), 16) - 255)));
}
