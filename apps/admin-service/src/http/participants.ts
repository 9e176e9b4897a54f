import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import {
  findParticipant,
  listParticipants,
  type ParticipantRecord,
} from '@turnout/attendance-store/participants/participants';
import { readHistory } from '@turnout/attendance-store/reports/read-history';
import { listOf, page } from '@turnout/contracts/http/pagination';
import {
  type ParticipantBody,
  participantBody as participant,
  participantSearch,
} from '@turnout/contracts/http/participants';
import { historyQuery, historyReport } from '@turnout/contracts/http/reports';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { assess } from '../reports/assess.ts';
import { historyColumns } from '../reports/attendance-columns.ts';
import { exportReport } from '../reports/export-report.ts';
import { listedEventBody } from './event-body.ts';
import { files, route } from './route.ts';

const oneParticipant = z.object({ participantId: id });

export function listParticipantsRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/participants',
    allow: readers,
    query: z.object({ ...page, search: participantSearch }),
    summary: 'Lists the people of an organization',
    answers: { 200: listOf(participant) },
    async handle({ principal, query }): Promise<Reply> {
      const search = query.search?.trim() ?? null;
      return await answerPage({
        list: 'participants',
        filters: { search, eventIds: principal.eventIds },
        principal,
        query,
        load: (after, limit) => listParticipants(db, principal, { search, after, limit }),
        idOf: (person) => person.id,
        toBody: participantBody,
      });
    },
  });
}

export function readParticipantRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/participants/:participantId',
    allow: readers,
    params: oneParticipant,
    summary: 'Reads one person',
    answers: { 200: participant },
    async handle({ principal, params }): Promise<Reply> {
      const person = await findParticipant(db, principal, params.participantId);
      return person ? { status: 200, body: participantBody(person) } : { problem: 'not_found' };
    },
  });
}

export function historyRoute(context: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/participants/:participantId/history',
    allow: readers,
    params: oneParticipant,
    query: z.object(historyQuery),
    summary: 'Reports every event of one person, and what became of them there',
    answers: { 200: { json: historyReport, mediaTypes: files } },
    async handle({ principal, params, query, requestId }): Promise<Reply> {
      const { participantId } = params;
      const person = await findParticipant(context.db, principal, participantId);
      if (!person) return { problem: 'not_found' };
      const { organizationId, eventIds } = principal;
      return exportReport(
        context,
        { principal, requestId },
        {
          name: 'history',
          format: query.format,
          filters: {},
          eventId: null,
          subjectId: participantId,
          fileName: ['History', person.name],
          sheet: 'Events',
          about: { participant: participantBody(person) },
          columns: historyColumns(),
          async *read(tx) {
            for await (const page of readHistory(tx, { organizationId, participantId, eventIds })) {
              yield page.map((one) => ({ ...assess(one.event, one), event: listedEventBody(one.event) }));
            }
          },
        },
      );
    },
  });
}

function participantBody(person: ParticipantRecord): ParticipantBody {
  return { ...person, createdAt: person.createdAt.toISOString() };
}
