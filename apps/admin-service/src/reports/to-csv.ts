import { stringify } from 'csv-stringify/sync';
import type { Cell, Column } from './table.ts';

/**
 * A report as CSV (RFC 4180), a piece for each page. It begins with a byte order mark, without which Excel takes UTF-8
 * for something else. What a spreadsheet would take for a formula has an apostrophe before it.
 */
export async function* toCsv<Row>(
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string, void, undefined> {
  let begun = false;
  for await (const page of pages) {
    const lines = page.map((row) => columns.map(({ cell }) => toText(cell(row))));
    if (begun) yield linesOf(lines);
    else yield `\uFEFF${linesOf([titles(columns), ...lines])}`;
    begun = true;
  }
  if (!begun) yield `\uFEFF${linesOf([titles(columns)])}`;
}

function linesOf(lines: readonly (readonly (string | number | null)[])[]): string {
  return stringify(lines as (string | number | null)[][], {
    record_delimiter: 'windows',
    escape_formulas: true,
  });
}

const titles = (columns: readonly Column<never>[]) => columns.map(({ title }) => title);

function toText(cell: Cell): string | number | null {
  return cell instanceof Date ? cell.toISOString().slice(0, 19).replace('T', ' ') : cell;
}
