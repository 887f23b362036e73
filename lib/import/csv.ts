/** A line of a .csv file, its end included; undefined: an empty cell. */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => quotedCell(String(cell ?? ''))).join(',')}\n`;
}

const quotedCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
