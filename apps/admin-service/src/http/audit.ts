import { answerKeyedPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import type { Principal } from '@turnout/access/principal';
import {
  type AuditFilter,
  type AuditKey,
  type AuditRecord,
  listAudit,
  readAudit,
} from '@turnout/audit/list-audit';
import { readHead } from '@turnout/audit/read-head';
import { longSnapshot, shortSnapshot, shortSnapshotText } from '@turnout/audit/snapshot-text';
import {
  type AuditFilter as AskedFilter,
  type AuditHeadBody,
  auditEntry,
  auditExportQuery,
  auditHead,
  auditListQuery,
} from '@turnout/contracts/http/audit';
import { listOf } from '@turnout/contracts/http/pagination';
import { reportMediaTypes } from '@turnout/contracts/http/reports';
import { uuid } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { auditEntryBody } from './audit-entry.ts';
import { auditCsv, auditLines } from './audit-export.ts';
import { route } from './route.ts';

export function listAuditRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/audit',
    allow: readers,
    summary: 'Lists what was done, by whom and why, oldest first',
    query: auditListQuery,
    answers: { 200: listOf(auditEntry) },
    async handle({ principal, query }): Promise<Reply> {
      const { limit, cursor, ...filters } = query;
      return await answerAuditPage({
        list: 'audit',
        filters,
        principal,
        query: { limit, cursor },
        load: (after, most) => listAudit(db, filterOf(principal, filters), { after, limit: most }),
        toBody: auditEntryBody,
      });
    },
  });
}

export function exportAuditRoute({ reports }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/audit/export',
    allow: readers,
    summary: 'Exports everything that was done, by whom and why, oldest first, as NDJSON or CSV',
    query: auditExportQuery,
    answers: { 200: { mediaTypes: ['application/x-ndjson', reportMediaTypes.csv] } },
    async handle({ principal, query: { format, ...filters } }): Promise<Reply> {
      const portions = inTurn(reports, filterOf(principal, filters));
      const csv = format === 'csv';
      return {
        status: 200,
        headers: {
          'Content-Type': csv ? reportMediaTypes.csv : 'application/x-ndjson',
          'Content-Disposition': `attachment; filename="audit.${format}"`,
        },
        body: csv ? auditCsv(portions) : auditLines(portions),
      };
    },
  });
}

/** All of the trail takes as long as a report, so it takes its turn among them, on their connections. */
async function* inTurn({ db, turns }: AdminContext['reports'], filter: AuditFilter) {
  using _turn = await turns.take(filter.organizationId);
  yield* readAudit(db, filter);
}

export function readAuditHeadRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/audit/head',
    allow: readers,
    summary: 'Reads where the chain of sealed audit rows ends',
    answers: { 200: auditHead },
    async handle({ principal }): Promise<Reply> {
      const head = await readHead(db, principal.organizationId);
      const body: AuditHeadBody = {
        seal: head?.seal ?? null,
        hash: head?.hash ?? null,
        sealedAt: head?.sealedAt.toISOString() ?? null,
      };
      return { status: 200, body };
    },
  });
}

interface AuditPageOptions {
  list: string;
  filters?: object;
  principal: Principal;
  query: { limit: number; cursor?: string | undefined };
  load: (after: AuditKey | null, limit: number) => Promise<AuditRecord[]>;
  toBody: (record: AuditRecord) => object;
}

/** A page of audit rows, and a cursor that keeps to what was committed when the first page was read. */
export async function answerAuditPage({ load, ...list }: AuditPageOptions): Promise<Reply> {
  return await answerKeyedPage<AuditRecord, [string, string, string]>({
    ...list,
    load: (after, limit) => load(after && [after[0], after[1], longSnapshot(after[2])], limit),
    keyOf: ({ key: [at, id, snapshot] }) => [at, id, shortSnapshot(snapshot)],
    key: z.tuple([z.iso.datetime({ precision: 6 }), uuid, shortSnapshotText]),
  });
}

/** A token for some events sees what belongs to these, and nothing that belongs to none. */
function filterOf({ organizationId, eventIds }: Principal, query: AskedFilter): AuditFilter {
  const { eventId, ...rest } = query;
  const asked = eventId === undefined ? null : [eventId];
  const scope = asked && eventIds ? asked.filter((id) => eventIds.includes(id)) : (asked ?? eventIds);
  return { organizationId, eventIds: scope, ...rest };
}
