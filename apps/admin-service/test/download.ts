import { parse } from 'csv-parse/sync';
import readXlsx from 'read-excel-file/node';
import type { AdminUnderTest } from './admin-under-test.ts';

export interface Download {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/** What a GET with the organization's admin token, or another one, answers, as it came. */
export async function download(
  { url, organization }: AdminUnderTest,
  path: string,
  token = organization.tokens.admin,
): Promise<Download> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** The rows of a CSV as a reader of CSV has them: by title, all of it text. */
export function csvRows({ bytes }: Download): Record<string, string>[] {
  return parse(bytes, { bom: true, columns: true, record_delimiter: '\r\n' });
}

/** The sheets of a workbook as a reader of workbooks has them: rows by title, cells of their own types. */
export async function xlsxSheets({ bytes }: Download): Promise<Record<string, unknown>[][]> {
  const sheets = await readXlsx(bytes, { trim: false });
  return sheets.map(({ data: [titles = [], ...rows] }) =>
    rows.map((row) =>
      Object.fromEntries(titles.map((title, index) => [String(title), toSeconds(row[index])])),
    ),
  );
}

/** A workbook counts days, so a second is a fraction that the reader has rounded. */
function toSeconds(cell: unknown): unknown {
  return cell instanceof Date ? new Date(Math.round(cell.getTime() / 1000) * 1000) : cell;
}
