/** One line of a result: a figure, what it is compared with, and how far it may be from it. */
export interface Row {
  what: string;
  unit: string;
  floor: number;
  measured: number;
  target: { atLeast: number } | { atMost: number };
}

/** What a target may be missed by before a run counts as failed: the noise of a shared machine. */
const TOLERANCE = 0.1;

/** Prints the rows with their ratios, and answers whether every target was met, to within the tolerance. */
export function printTable(title: string, rows: readonly Row[]): boolean {
  const cells = rows.map((row) => [
    row.what,
    `${figure(row.floor)} ${row.unit}`,
    `${figure(row.measured)} ${row.unit}`,
    `${ratio(row).toFixed(2)} ×`,
    'atLeast' in row.target ? `≥ ${row.target.atLeast} ×` : `≤ ${row.target.atMost} ×`,
    verdict(row),
  ]);
  const all = [['', 'floor', 'measured', 'ratio', 'target', ''], ...cells];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((cell) => cell[column]?.length ?? 0)));
  console.log(`\n${title}\n`);
  for (const line of all) {
    const padded = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${padded.join('   ')}`);
  }
  const missed = rows.filter((row) => !isMet(row, TOLERANCE));
  console.log(
    missed.length === 0
      ? '\nEvery target is met within 10 %.'
      : `\nMissed by more than 10 %: ${missed.map(({ what }) => what).join('; ')}.`,
  );
  return missed.length === 0;
}

function ratio({ floor, measured }: Row): number {
  return measured / floor;
}

function isMet(row: Row, tolerance: number): boolean {
  return 'atLeast' in row.target
    ? ratio(row) >= row.target.atLeast * (1 - tolerance)
    : ratio(row) <= row.target.atMost * (1 + tolerance);
}

function verdict(row: Row): string {
  if (isMet(row, 0)) return 'met';
  return isMet(row, TOLERANCE) ? 'within 10 %' : 'MISSED';
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
