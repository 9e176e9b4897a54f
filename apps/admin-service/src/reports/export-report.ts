import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { readClock } from '@turnout/attendance-store/read-clock';
import { type ReportFormat, reportMediaTypes } from '@turnout/contracts/http/reports';
import type { Answer } from '@turnout/runtime/http/reply';
import type { Tx } from '@turnout/runtime/postgres';
import { inSnapshot } from '@turnout/runtime/postgres-snapshot';
import type { AdminContext } from '../context.ts';
import { asFile } from './file-name.ts';
import type { Column } from './table.ts';
import { toCsv } from './to-csv.ts';
import { toJson } from './to-json.ts';
import { toXlsx } from './to-xlsx.ts';

export interface Report<Row> {
  /** As the audit names it. */
  name: string;
  format: ReportFormat;
  /** What was asked for, for the audit: no personal data. */
  filters: Readonly<Record<string, unknown>>;
  eventId: string | null;
  subjectId: string | null;
  /** Words of the file's name, and the name of the sheet. */
  fileName: readonly string[];
  sheet: string;
  /** What the report is about: the first members of the JSON body. */
  about: object;
  columns: readonly Column<Row>[];
  /** Its rows, as the items of the JSON body are. Pages may be empty. */
  read: (tx: Tx) => AsyncIterable<readonly Row[]>;
}

export interface Asked {
  principal: Principal;
  requestId: string;
}

/**
 * Answers with a report that is made while it is sent, all of it as of one instant.
 *
 * A report hands out personal data, so the audit says who has asked for which before the first row leaves, and how many
 * rows there were before the last piece does. One that was broken off has no second entry.
 */
export function exportReport<Row>(context: AdminContext, asked: Asked, report: Report<Row>): Answer {
  const { format, fileName } = report;
  return {
    status: 200,
    headers: {
      'Content-Type': reportMediaTypes[format],
      ...(format === 'json' ? {} : { 'Content-Disposition': asFile(fileName, format) }),
    },
    body: makeReport(context, asked, report),
  };
}

async function* makeReport<Row>(
  context: AdminContext,
  asked: Asked,
  report: Report<Row>,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const { db, turns } = context.reports;
  using _turn = await turns.take(asked.principal.organizationId);
  await record(context, asked, report, 'report.exported', { filters: report.filters });
  let rows = 0;
  let asOf = new Date(0);
  const pages = inSnapshot(db, async function* (tx) {
    asOf = await readClock(tx);
    for await (const page of report.read(tx)) {
      rows += page.length;
      yield page;
    }
  });
  async function* audited(first: IteratorResult<readonly Row[], void>) {
    for (let page = first; !page.done; page = await pages.next()) yield page.value;
    await record(context, asked, report, 'report.delivered', { rows });
  }
  try {
    // No byte leaves before the database has answered: what fails until then is refused like anything else.
    const all = audited(await pages.next());
    switch (report.format) {
      case 'json':
        yield* toJson({ ...report.about, asOf: asOf.toISOString() }, all);
        break;
      case 'csv':
        yield* toCsv(report.columns, all);
        break;
      case 'xlsx':
        yield* toXlsx(report.sheet, report.columns, all);
        break;
    }
  } finally {
    await pages.return();
  }
}

async function record<Row>(
  { db }: AdminContext,
  { principal, requestId }: Asked,
  { name, format, eventId, subjectId }: Report<Row>,
  action: string,
  details: object,
): Promise<void> {
  await db.transaction(async (tx) => {
    recordActions(tx, [
      {
        organizationId: principal.organizationId,
        action,
        actor: actorOf(principal),
        eventId,
        subjectId,
        details: { report: name, format, ...details },
        cause: requestId,
      },
    ]);
  });
}
