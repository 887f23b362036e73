// Vega's colour schemes without the rest of Vega; the package comes without types.
declare module 'vega-scale' {
  /** A colour, "rgb(r, g, b)", by share in [0, 1] of the scheme. */
  export function scheme(name: string): (share: number) => string;
}
