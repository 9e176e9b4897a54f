import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import type { Principal } from '@turnout/access/principal';
import {
  deadLetterParams,
  deadLettersQuery,
  dropDeadLetterRequest,
} from '@turnout/contracts/http/dead-letters';
import { page } from '@turnout/contracts/http/pagination';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { dropDeadLetter } from '../commands/drop-dead-letter.ts';
import type { Handled } from '../commands/handled.ts';
import { type ReplayContext, replayDeadLetter } from '../commands/replay-dead-letter.ts';
import { findDeadLetter, listActions, listDeadLetters } from '../dead-letters/find-dead-letters.ts';
import { whyRefused } from '../dead-letters/in-words.ts';
import { letterBody, letterStory } from '../dead-letters/letter-body.ts';
import type { Acting } from '../dead-letters/note-action.ts';
import { sightOf } from '../dead-letters/visible-letters.ts';
import { route } from './route.ts';

export interface DeadLetterContext extends ReplayContext {
  /** The slug of the organization that looks after letters which belong to none; null for nobody. */
  operatorOrganization: string | null;
}

/** What could not be delivered, the newest first. */
export function listDeadLettersRoute({ db, operatorOrganization }: DeadLetterContext) {
  return route({
    method: 'get',
    path: '/v1/dead-letters',
    allow: readers,
    query: z.object({ ...page, ...deadLettersQuery }),
    async handle({ principal, query }): Promise<Reply> {
      const { type = null, since = null, status = null } = query;
      const sight = sightOf(principal, operatorOrganization);
      return await answerPage({
        list: 'dead-letters',
        principal,
        query,
        load: (after, limit) =>
          listDeadLetters(db, sight, { type, since, status }, { after, limit, order: 'newest' }),
        idOf: (letter) => letter.letter_id,
        toBody: letterBody,
      });
    },
  });
}

export function readDeadLetterRoute({ db, operatorOrganization }: DeadLetterContext) {
  return route({
    method: 'get',
    path: '/v1/dead-letters/:letterId',
    allow: readers,
    params: z.object(deadLetterParams),
    async handle({ principal, params }): Promise<Reply> {
      const letter = await findDeadLetter(db, sightOf(principal, operatorOrganization), params.letterId);
      if (letter === null) return { problem: 'not_found' };
      return { status: 200, body: letterStory(letter, await listActions(db, letter.letter_id)) };
    },
  });
}

export function replayDeadLetterRoute(context: DeadLetterContext) {
  return route({
    method: 'post',
    path: '/v1/dead-letters/:letterId/replay',
    allow: ['admin'],
    params: z.object(deadLetterParams),
    async handle({ principal, params, requestId }): Promise<Reply> {
      const sight = sightOf(principal, context.operatorOrganization);
      const acting = actingAs(principal, requestId);
      return toReply(await replayDeadLetter(context, { letterId: params.letterId, sight, acting }));
    },
  });
}

export function dropDeadLetterRoute({ db, operatorOrganization }: DeadLetterContext) {
  return route({
    method: 'delete',
    path: '/v1/dead-letters/:letterId',
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

function actingAs({ tokenId }: Principal, requestId: string): Acting {
  return { actor: { type: 'token', id: tokenId }, cause: requestId };
}

function toReply(handled: Handled): Reply {
  if (handled.outcome === 'not_found') return { problem: 'not_found' };
  const { letter } = handled;
  if (handled.outcome === 'done') return { status: 200, body: letterBody(letter) };
  const detail = whyRefused(handled.refusal, letter);
  return handled.refusal === 'not_published'
    ? { problem: 'unavailable', detail, headers: { 'Retry-After': '1' } }
    : { problem: handled.refusal, detail };
}
