import { readers } from '@turnout/access/authorize';
import {
  type IdentityProviderBody,
  identityProviderBody,
  setIdentityProviderRequest,
} from '@turnout/contracts/http/identity-provider';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { complaintAboutUrl } from '@turnout/runtime/public-url';
import type { AdminContext } from '../context.ts';
import {
  findOwnProvider,
  removeProvider,
  type StoredProvider,
  setProvider,
} from '../identity-provider/stored-provider.ts';
import { route, writers } from './route.ts';

export function readIdentityProviderRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/identity-provider',
    summary: "Reads the identity provider through which the organization's people sign in",
    allow: readers,
    answers: { 200: identityProviderBody },
    refusals: ['not_found'],
    async handle({ principal }): Promise<Reply> {
      const provider = await findOwnProvider(db, principal.organizationId);
      return provider === null ? { problem: 'not_found' } : { status: 200, body: bodyOf(provider) };
    },
  });
}

export function setIdentityProviderRoute({ db, providerNetworks }: AdminContext) {
  return route({
    method: 'put',
    path: '/v1/identity-provider',
    summary:
      "Sets the identity provider through which the organization's people sign in, and the roles they get",
    allow: writers,
    body: setIdentityProviderRequest,
    answers: { 200: identityProviderBody },
    refusals: ['identity_provider_taken'],
    async handle({ principal, requestId, body }): Promise<Reply> {
      const complaint = complaintAboutUrl(body.issuer, providerNetworks);
      if (complaint !== null) return validationFailed([{ path: 'issuer', message: complaint }]);
      const set = await setProvider(db, { principal, requestId, provider: body });
      if (set !== 'taken') return { status: 200, body: bodyOf(set) };
      return {
        problem: 'identity_provider_taken',
        detail:
          'Issuer and audience together identify the organization that signs in. Register a client of your own with the provider, and use its id as the audience.',
      };
    },
  });
}

export function removeIdentityProviderRoute({ db }: AdminContext) {
  return route({
    method: 'delete',
    path: '/v1/identity-provider',
    summary: 'Stops sign-in through the provider, everywhere within five seconds',
    allow: writers,
    answers: { 204: null },
    async handle({ principal, requestId }): Promise<Reply> {
      await removeProvider(db, { principal, requestId });
      return { status: 204 };
    },
  });
}

function bodyOf({ changedAt, ...provider }: StoredProvider): IdentityProviderBody {
  return { ...provider, changedAt: changedAt.toISOString() };
}
