import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { readCredential } from '@turnout/access/read-credential';
import { listOf, page } from '@turnout/contracts/http/pagination';
import {
  createTokenRequest,
  newTokenBody,
  roles,
  rotateTokenRequest,
  type TokenBody,
  tokenBody,
  tokenStates,
} from '@turnout/contracts/http/tokens';
import { id } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Refusal, Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { createToken } from '../commands/create-token.ts';
import type { AdminContext } from '../context.ts';
import { listTokens } from '../tokens/list-tokens.ts';
import { revokeToken } from '../tokens/revoke-token.ts';
import { type Rotated, rotateToken } from '../tokens/rotate-token.ts';
import type { StoredToken } from '../tokens/stored-token.ts';
import { route, writers } from './route.ts';

export function createTokenRoute(context: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/tokens',
    summary: 'Creates a token and shows it, this once',
    allow: writers,
    body: createTokenRequest,
    answers: { 201: newTokenBody },
    async handle({ principal, body, requestId }): Promise<Reply> {
      const created = await createToken(context, { principal, request: body, requestId });
      if (created.outcome === 'refused') return validationFailed(created.errors);
      return { status: 201, body: { ...bodyOf(created.stored), token: created.token } };
    },
  });
}

export function listTokensRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/tokens',
    summary: 'Lists tokens, including revoked and expired ones, newest first',
    allow: readers,
    query: z.object({ ...page, state: z.enum(tokenStates).optional(), role: z.enum(roles).optional() }),
    answers: { 200: listOf(tokenBody) },
    async handle({ principal, query }): Promise<Reply> {
      const filters = { state: query.state ?? null, role: query.role ?? null };
      return await answerPage({
        list: 'tokens',
        filters,
        principal,
        query,
        load: (after, limit) => listTokens(db, { principal, ...filters, after, limit }),
        idOf: (token) => token.tokenId,
        toBody: bodyOf,
      });
    },
  });
}

export function revokeTokenRoute({ db }: AdminContext) {
  return route({
    method: 'delete',
    path: '/v1/tokens/:tokenId',
    summary: 'Revokes a token for good, everywhere within five seconds',
    allow: writers,
    params: z.object({ tokenId: id }),
    answers: { 204: null },
    refusals: ['not_found'],
    async handle({ principal, params, requestId }): Promise<Reply> {
      const { tokenId } = params;
      const found = await revokeToken(db, principal, { tokenId, requestId });
      return found ? { status: 204 } : { problem: 'not_found' };
    },
  });
}

export function rotateTokenRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/tokens/:tokenId/rotation',
    summary: 'Gives a token a new secret; the old one keeps working for an overlap period',
    allow: writers,
    params: z.object({ tokenId: id }),
    body: rotateTokenRequest.prefault({}),
    answers: { 201: newTokenBody },
    refusals: ['not_found', 'token_ended'],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { overlapMinutes } = body;
      const { tokenId } = params;
      return rotationReply(
        await rotateToken(db, { principal, tokenId, shown: null, overlapMinutes, requestId }),
      );
    },
  });
}

export function rotateOwnTokenRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/tokens/self/rotation',
    summary: 'Gives the calling token a new secret; the old one keeps working for an overlap period',
    allow: roles,
    body: rotateTokenRequest.prefault({}),
    answers: { 201: newTokenBody },
    refusals: ['forbidden', 'token_ended', 'token_superseded'],
    async handle({ principal, body, requestId, headers }): Promise<Reply> {
      const { overlapMinutes } = body;
      const credential = readCredential(headers.authorization);
      if (credential?.kind !== 'token') return NO_TOKEN;
      const { tokenId, secretHash: shown } = credential;
      // A token may know of itself, whatever it is limited to.
      const itself = { ...principal, eventIds: null };
      return rotationReply(
        await rotateToken(db, { principal: itself, tokenId, shown, overlapMinutes, requestId }),
      );
    },
  });
}

const NO_TOKEN: Refusal = {
  problem: 'forbidden',
  detail:
    'You are signed in through your identity provider, so you have no token whose secret could be rotated.',
};

function rotationReply(rotated: Rotated): Reply {
  if (rotated.outcome === 'rotated') {
    return { status: 201, body: { ...bodyOf(rotated.stored), token: rotated.token } };
  }
  switch (rotated.refusal) {
    case 'not_found':
      return { problem: 'not_found' };
    case 'token_ended':
      return {
        problem: 'token_ended',
        detail: 'The token was revoked or has expired. Create a new one: POST /v1/tokens.',
      };
    case 'token_superseded':
      return {
        problem: 'token_superseded',
        detail:
          'This secret was replaced by a newer one that is already in use. Rotate with the newer one, or ask an admin of your organization.',
      };
  }
}

function bodyOf(token: StoredToken): TokenBody {
  const { rotatedAt, firstUsedAt, overlapEndsAt } = token;
  return {
    id: token.tokenId,
    role: token.role,
    label: token.label,
    events: token.eventIds,
    station: token.station,
    state: token.state,
    expiresAt: token.expiresAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    rotation:
      rotatedAt && overlapEndsAt
        ? {
            rotatedAt: rotatedAt.toISOString(),
            firstUsedAt: firstUsedAt?.toISOString() ?? null,
            overlapEndsAt: overlapEndsAt.toISOString(),
          }
        : null,
    createdAt: token.createdAt.toISOString(),
  };
}
