import type { NewEnrollment } from '@turnout/attendance-store/enrolling/judge-rows';
import { type ImportedRow, importedRow } from '@turnout/contracts/http/enrollment-import';
import { validate } from '@turnout/runtime/http/validate';
import { ImportErrors } from './import-errors.ts';
import { type Row, readCsv, UnreadableCsv } from './read-csv.ts';

/** People in one file. */
const MOST_PEOPLE = 100_000;

type Column = keyof ImportedRow;
const COLUMNS: readonly Column[] = ['name', 'email', 'ticketType', 'accessCode', 'externalId', 'locale'];
const REQUIRED: readonly Column[] = ['name', 'email'];

export interface PeopleInFile {
  /** Those of whom it is clear who they are, also where something else of the row is wrong. */
  people: NewEnrollment[];
  /** Their rows, as a spreadsheet numbers them. */
  rowNumbers: number[];
  errors: ImportErrors;
}

/** Reads who a file is about, and finds everything that is wrong with it by itself. */
export async function readPeople(file: Buffer, onRows: (count: number) => void): Promise<PeopleInFile> {
  const found: PeopleInFile = { people: [], rowNumbers: [], errors: new ImportErrors() };
  const { people, errors } = found;
  let columns: Column[] | undefined;
  let rows = 0;
  const onRow = (row: Row): boolean => {
    if (columns === undefined) {
      columns = readHeader(row, errors);
      return errors.count === 0;
    }
    if (row.cells.every((cell) => cell === '')) return true;
    rows += 1;
    if (rows > MOST_PEOPLE) {
      refuseRow(
        errors,
        row.number,
        `is one too many: a file can list at most ${MOST_PEOPLE} people; split the file`,
      );
      return false;
    }
    readRow(row, columns, found);
    return true;
  };
  try {
    await readCsv(file, onRow, () => onRows(rows));
    if (columns === undefined) refuseRow(errors, 1, `is missing: it names the columns ${COLUMNS.join(', ')}`);
    else if (rows === 0 && errors.count === 0) refuseRow(errors, 2, 'is missing: the file lists nobody');
  } catch (error) {
    if (!(error instanceof UnreadableCsv)) throw error;
    refuseRow(errors, error.row, error.message);
  }
  onRows(people.length);
  return found;
}

function readHeader({ cells, unreadable }: Row, errors: ImportErrors): Column[] {
  const columns: Column[] = [];
  for (const [index, cell] of cells.entries()) {
    const name = cell.trim();
    const known = COLUMNS.find((column) => column.toLowerCase() === name.toLowerCase());
    const complaint = unreadable.includes(index)
      ? NOT_UTF8
      : known === undefined
        ? `is not a known column; the columns are ${COLUMNS.join(', ')}`
        : columns.includes(known)
          ? 'is named twice'
          : undefined;
    if (known !== undefined) columns.push(known);
    if (complaint !== undefined) refuseCell(errors, 1, known ?? letterOf(index), complaint);
  }
  for (const column of REQUIRED) {
    if (!columns.includes(column)) refuseCell(errors, 1, column, 'is missing among the columns');
  }
  return columns;
}

const NOT_UTF8 = 'is not UTF-8; save the file as "CSV UTF-8"';

function readRow(row: Row, columns: readonly Column[], { people, rowNumbers, errors }: PeopleInFile): void {
  const { number, cells, unreadable } = row;
  if (cells.length !== columns.length) {
    const counts = `has ${counted(cells.length, 'cell')} for ${counted(columns.length, 'column')}`;
    refuseRow(
      errors,
      number,
      `${counts}; a cell that contains the separator must begin and end with a quote`,
    );
    return;
  }
  for (const index of unreadable) refuseCell(errors, number, columns[index] ?? '', NOT_UTF8);
  if (unreadable.length > 0) return;

  const sent: Partial<Record<Column, string>> = { name: '', email: '' };
  for (const [index, cell] of cells.entries()) {
    const column = columns[index];
    if (column !== undefined && cell !== '') sent[column] = cell;
  }
  const { errors: wrong = [] } = validate(importedRow, sent);
  for (const { path, message } of wrong) refuseCell(errors, number, path, message);
  const isWrong = (column: Column) => wrong.some(({ path }) => path === column);
  if (isWrong('email') || isWrong('externalId')) return;
  const { name = '', email = '', locale = null, externalId = null, accessCode, ticketType } = sent;
  people.push({
    participant: { name, email, locale, externalId },
    accessCode: isWrong('accessCode') ? null : (accessCode ?? null),
    ticketType: ticketType ?? null,
  });
  rowNumbers.push(number);
}

function refuseRow(errors: ImportErrors, row: number, message: string): void {
  errors.add({ row, column: null, code: 'invalid', message });
}

function refuseCell(errors: ImportErrors, row: number, column: string, message: string): void {
  errors.add({ row, column, code: 'invalid', message });
}

/** The column as a spreadsheet names it; what stands there may be anything, and is not repeated. */
function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letterOf(Math.floor(index / 26) - 1)}${last}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
