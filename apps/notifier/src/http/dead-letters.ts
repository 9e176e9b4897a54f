import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import {
  deadLetterBody,
  deadLetterParams,
  deadLetterStory,
  deadLettersQuery,
  dropDeadLetterRequest,
} from '@turnout/contracts/http/dead-letters';
import { listOf, page } from '@turnout/contracts/http/pagination';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { dropDeadLetter } from '../commands/drop-dead-letter.ts';
import type { Handled } from '../commands/handled.ts';
import { replayDeadLetter } from '../commands/replay-dead-letter.ts';
import { findDeadLetter, listActions, listDeadLetters } from '../dead-letters/find-dead-letters.ts';
import { whyRefused } from '../dead-letters/in-words.ts';
import { letterBody, letterStory } from '../dead-letters/letter-body.ts';
import { sightOf } from '../dead-letters/visible-letters.ts';
import { actingAs } from './acting-as.ts';
import type { NotifierContext } from './context.ts';
import { route } from './route.ts';

/** What could not be delivered, the newest first. */
export function listDeadLettersRoute({ db, operatorOrganization }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/dead-letters',
    summary: 'Lists what could not be delivered, newest first',
    answers: { 200: listOf(deadLetterBody) },
    allow: readers,
    query: z.object({ ...page, ...deadLettersQuery }),
    async handle({ principal, query }): Promise<Reply> {
      const { type = null, since = null, status = null } = query;
      const filters = { type, since, status };
      const sight = sightOf(principal, operatorOrganization);
      return await answerPage({
        list: 'dead-letters',
        filters,
        principal,
        query,
        load: (after, limit) => listDeadLetters(db, sight, filters, { after, limit, order: 'newest' }),
        idOf: (letter) => letter.letter_id,
        toBody: letterBody,
      });
    },
  });
}

export function readDeadLetterRoute({ db, operatorOrganization }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/dead-letters/:letterId',
    summary: 'Reads one dead letter and what was done with it',
    answers: { 200: deadLetterStory },
    allow: readers,
    params: z.object(deadLetterParams),
    async handle({ principal, params }): Promise<Reply> {
      const letter = await findDeadLetter(db, sightOf(principal, operatorOrganization), params.letterId);
      if (letter === null) return { problem: 'not_found' };
      return { status: 200, body: letterStory(letter, await listActions(db, letter.letter_id)) };
    },
  });
}

export function replayDeadLetterRoute(context: NotifierContext) {
  return route({
    method: 'post',
    path: '/v1/dead-letters/:letterId/replay',
    summary: 'Replays a dead letter',
    answers: { 200: deadLetterBody },
    refusals: ['already_dropped', 'body_not_kept', 'message_not_kept', 'webhook_endpoint_disabled'],
    allow: ['admin'],
    params: z.object(deadLetterParams),
    async handle({ principal, params, requestId }): Promise<Reply> {
      const sight = sightOf(principal, context.operatorOrganization);
      const acting = actingAs(principal, requestId);
      return toReply(await replayDeadLetter(context, { letterId: params.letterId, sight, acting }));
    },
  });
}

export function dropDeadLetterRoute({ db, operatorOrganization }: NotifierContext) {
  return route({
    method: 'delete',
    path: '/v1/dead-letters/:letterId',
    summary: 'Drops a dead letter',
    answers: { 200: deadLetterBody },
    refusals: ['already_replayed'],
    allow: ['admin'],
    params: z.object(deadLetterParams),
    body: dropDeadLetterRequest,
    async handle({ principal, params, body: { reason }, requestId }): Promise<Reply> {
      const sight = sightOf(principal, operatorOrganization);
      const acting = actingAs(principal, requestId);
      return toReply(await dropDeadLetter({ db }, { letterId: params.letterId, sight, acting, reason }));
    },
  });
}

function toReply(handled: Handled): Reply {
  if (handled.outcome === 'not_found') return { problem: 'not_found' };
  const { letter } = handled;
  if (handled.outcome === 'done') return { status: 200, body: letterBody(letter) };
  const detail = whyRefused(handled.refusal, letter);
  switch (handled.refusal) {
    case 'not_published':
      return { problem: 'unavailable', detail, headers: { 'Retry-After': '1' } };
    case 'webhook_endpoint_deleted':
      return { problem: 'webhook_endpoint_disabled', detail };
    default:
      return { problem: handled.refusal, detail };
  }
}
