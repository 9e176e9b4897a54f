import { isUtf8 } from 'node:buffer';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CsvError, type CsvErrorCode, parse } from 'csv-parse';

/**
 * Of a row: far more than the columns can hold, and little enough that a quote which is never closed is found where it
 * is.
 */
const LONGEST_ROW = 10_000;
/** Read in one turn of the event loop. */
const SLICE = 32 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const SEPARATORS = [',', ';', '\t'];

export interface Row {
  /** As a spreadsheet numbers it; the first one is 1. */
  number: number;
  cells: string[];
  /** Positions of cells that are not UTF-8. */
  unreadable: number[];
}

/** The file can't be read on from this row. */
export class UnreadableCsv extends Error {
  override readonly name = 'UnreadableCsv';
  readonly row: number;

  constructor(row: number, message: string) {
    super(message);
    this.row = row;
  }
}

/**
 * Reads a file row by row, letting others work in between, until `onRow` answers false. Cells are separated by commas,
 * semicolons (as Excel writes them where commas are decimal) or tabs, whichever the first row has most of.
 *
 * @throws UnreadableCsv
 */
export async function readCsv(
  file: Buffer,
  onRow: (row: Row) => boolean,
  onSlice: () => void,
): Promise<void> {
  const bytes = file.subarray(0, 3).equals(BYTE_ORDER_MARK) ? file.subarray(3) : file;
  if (isUtf16(bytes)) throw new UnreadableCsv(1, 'is not UTF-8 but UTF-16; save the file as "CSV UTF-8"');
  const readable = isUtf8(bytes);
  let number = 0;
  let more = true;
  const parser = parse({
    // Of bytes that are no UTF-8, each becomes one character: so they are found in their cells.
    encoding: readable ? 'utf8' : 'latin1',
    delimiter: separatorOf(bytes),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: LONGEST_ROW,
    on_record(cells: string[]) {
      number += 1;
      if (more) more = onRow({ number, cells, unreadable: readable ? [] : unreadable(cells) });
      return null; // it keeps none
    },
  });
  async function* slices() {
    for (let start = 0; more && start < bytes.length; start += SLICE) {
      yield bytes.subarray(start, start + SLICE);
      await nextTurn();
      onSlice();
    }
  }
  try {
    await pipeline(slices(), parser, new Writable({ objectMode: true, write: (_row, _, done) => done() }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (more) throw new UnreadableCsv(number + 1, complaints[error.code] ?? 'is not valid CSV');
  }
}

const UNQUOTED =
  'a cell that contains quotes must begin and end with a quote, with each quote inside doubled';

const complaints: Partial<Record<CsvErrorCode, string>> = {
  CSV_MAX_RECORD_SIZE: `is longer than ${LONGEST_ROW} characters; check for a quote that is opened and never closed`,
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: `has text after a closing quote; ${UNQUOTED}`,
  INVALID_OPENING_QUOTE: `has a quote in the middle of a cell; ${UNQUOTED}`,
};

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function separatorOf(bytes: Buffer): string {
  const [header = ''] = bytes
    .subarray(0, LONGEST_ROW)
    .toString('latin1')
    .split(/[\r\n]/, 1);
  const counts = SEPARATORS.map((separator) => header.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function unreadable(cells: readonly string[]): number[] {
  return cells.flatMap((cell, index) => (isUtf8(Buffer.from(cell, 'latin1')) ? [] : [index]));
}
