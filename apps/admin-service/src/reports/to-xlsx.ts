import { writeXlsxStream } from 'hucre/xlsx';
import type { Cell, Column } from './table.ts';

const ROWS_OF_A_SHEET = 1_048_576;
/** A sheet has less than 4 GB before it is packed, as ZIP has it: not every Excel opens the extension for more. */
const BYTES_OF_A_SHEET = 2.5e9;
/** An ample mean: "yes" takes 52, a name 80, a time 30. */
const BYTES_OF_A_CELL = 120;

/**
 * A report as a workbook. Text is a text cell, so no formula is one; times are dates. What is too long for a sheet goes
 * to further ones, each with the header.
 */
export async function* toXlsx<Row>(
  sheet: string,
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  rowsOfASheet = ROWS_OF_A_SHEET,
): AsyncGenerator<Uint8Array, void, undefined> {
  const rows = rowsOf(columns, pages);
  try {
    yield* writeXlsxStream(rows, {
      name: sheet,
      columns: columns.map(({ title, times }) => ({
        header: title,
        width: Math.max(times ? 19 : 10, title.length + 2),
        ...(times && { numFmt: 'yyyy-mm-dd hh:mm:ss' }),
      })),
      freezePane: { rows: 1 },
      maxRowsPerSheet: Math.min(
        rowsOfASheet,
        Math.floor(BYTES_OF_A_SHEET / BYTES_OF_A_CELL / columns.length),
      ),
    });
  } finally {
    await rows.return();
  }
}

async function* rowsOf<Row>(columns: readonly Column<Row>[], pages: AsyncIterable<readonly Row[]>) {
  for await (const page of pages) {
    for (const row of page) yield columns.map(({ cell }) => inSheet(cell(row)));
  }
}

/**
 * What XML can't hold, though a name can, and what would be read as standing for such: a workbook escapes both alike.
 */
const UNWRITABLE = /[[\p{Cc}\uFFFE\uFFFF]--[\t\n]]|_(?=x[0-9A-Fa-f]{4}_)/gv;

function inSheet(cell: Cell): Cell {
  if (typeof cell !== 'string') return cell;
  return cell.replace(
    UNWRITABLE,
    (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  );
}
