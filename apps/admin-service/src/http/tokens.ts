import { answerPage } from '@turnout/access/answer-page';
import { listOf, page } from '@turnout/contracts/http/pagination';
import {
  createdToken,
  createTokenRequest,
  type TokenBody,
  tokenBody as tokenShape,
} from '@turnout/contracts/http/tokens';
import { id } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { createToken } from '../commands/create-token.ts';
import type { AdminContext } from '../context.ts';
import { listTokens } from '../tokens/list-tokens.ts';
import { revokeToken } from '../tokens/revoke-token.ts';
import type { TokenModel } from '../tokens/token-model.ts';
import { readers, route, writers } from './route.ts';

export function createTokenRoute(context: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/tokens',
    summary: 'Creates a token, and shows it this once',
    answers: { 201: createdToken },
    allow: writers,
    body: createTokenRequest,
    async handle({ principal, body }): Promise<Reply> {
      const created = await createToken(context, principal, body);
      if (created.outcome === 'refused') return validationFailed(created.errors);
      return { status: 201, body: { ...created.body, token: created.token } };
    },
  });
}

export function listTokensRoute({ Token }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/tokens',
    summary: 'Lists the tokens of the organization',
    answers: { 200: listOf(tokenShape) },
    allow: readers,
    query: z.object(page),
    async handle({ principal, query }): Promise<Reply> {
      return await answerPage({
        list: 'tokens',
        principal,
        query,
        load: (after, limit) => listTokens(Token, { principal, after, limit }),
        idOf: (token) => token.tokenId,
        toBody: tokenBody,
      });
    },
  });
}

export function revokeTokenRoute({ Token }: AdminContext) {
  return route({
    method: 'delete',
    path: '/v1/tokens/:tokenId',
    summary: 'Revokes a token',
    answers: { 204: null },
    allow: writers,
    params: z.object({ tokenId: id }),
    async handle({ principal, params }): Promise<Reply> {
      const found = await revokeToken(Token, principal, params.tokenId);
      return found ? { status: 204 } : { problem: 'not_found' };
    },
  });
}

function tokenBody(token: TokenModel): TokenBody {
  return {
    id: token.tokenId,
    role: token.role,
    label: token.label,
    events: token.eventIds,
    station: token.station,
    expiresAt: token.expiresAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
    createdAt: token.createdAt.toISOString(),
  };
}
