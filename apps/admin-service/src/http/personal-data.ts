import { readers } from '@turnout/access/authorize';
import { erasedParticipant, erasureRequest, participantExport } from '@turnout/contracts/http/personal-data';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { eraseParticipant } from '../commands/erase-participant.ts';
import { exportParticipant } from '../commands/export-participant.ts';
import type { AdminContext } from '../context.ts';
import { route, writers } from './route.ts';

const oneParticipant = z.object({ participantId: id });

export function exportParticipantRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/participants/:participantId/export',
    allow: readers,
    params: oneParticipant,
    summary: 'Exports everything stored about one person',
    answers: { 200: participantExport },
    refusals: ['not_found'],
    async handle({ principal, params, requestId }): Promise<Reply> {
      const exported = await exportParticipant(db, { principal, requestId, ...params });
      return exported ? { status: 200, body: exported } : { problem: 'not_found' };
    },
  });
}

export function eraseParticipantRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/participants/:participantId/erasure',
    allow: writers,
    params: oneParticipant,
    body: erasureRequest,
    summary: 'Erases one person for good; their verdicts stay',
    answers: { 200: erasedParticipant },
    refusals: ['not_found'],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { participantId } = params;
      const { reason } = body;
      const erased = await eraseParticipant(db, { principal, participantId, reason, requestId });
      if (!erased) return { problem: 'not_found' };
      return { status: 200, body: { id: participantId, erasedAt: erased.erasedAt.toISOString() } };
    },
  });
}
