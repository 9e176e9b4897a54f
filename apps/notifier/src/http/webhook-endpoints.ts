import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { listOf, page } from '@turnout/contracts/http/pagination';
import {
  changeWebhookEndpointRequest,
  createdWebhookEndpointBody,
  createWebhookEndpointRequest,
  rotatedWebhookSecretBody,
  rotateWebhookSecretRequest,
  type WebhookEndpointBody,
  webhookEndpointBody as webhookEndpoint,
} from '@turnout/contracts/http/webhook-endpoints';
import { id } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Refusal, Reply } from '@turnout/runtime/http/reply';
import { complaintAboutUrl, type Networks } from '@turnout/runtime/public-url';
import { z } from 'zod';
import { recordAction } from '../commands/audited.ts';
import { changeEndpoint } from '../commands/change-endpoint.ts';
import { createEndpoint, MOST_ENDPOINTS } from '../commands/create-endpoint.ts';
import { MOST_SECRETS, rotateSecret } from '../commands/rotate-secret.ts';
import {
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  type StoredEndpoint,
} from '../store/webhook-endpoints.ts';
import { removeSecrets } from '../store/webhook-secrets.ts';
import type { NotifierContext } from './context.ts';
import { route } from './route.ts';

const oneEndpoint = z.object({ endpointId: id });

export function createEndpointRoute({ db, networks, sealing }: NotifierContext) {
  return route({
    method: 'post',
    path: '/v1/webhook-endpoints',
    summary: 'Adds a webhook endpoint and shows its secret, this once',
    answers: { 201: createdWebhookEndpointBody },
    refusals: ['webhooks_not_configured', 'webhook_endpoint_exists', 'too_many_webhook_endpoints'],
    allow: ['admin'],
    body: createWebhookEndpointRequest,
    async handle({ principal, body, requestId }): Promise<Reply> {
      if (sealing === null) return notConfigured;
      const wrong = urlRefused(body.url, networks);
      if (wrong) return wrong;
      const caller = { principal, requestId };
      const created = await createEndpoint(db, { caller, sealing, fields: body });
      if (created.outcome === 'created') {
        const { endpoint, secret } = created;
        return {
          status: 201,
          headers: { Location: `/v1/webhook-endpoints/${endpoint.endpoint_id}` },
          body: { ...endpointBody(endpoint), secret },
        };
      }
      if (created.refusal === 'webhook_endpoint_exists') {
        const detail = `Endpoint ${created.endpointId} already has this URL. Change that one, or rotate its secret if you need a new one.`;
        return { problem: created.refusal, detail };
      }
      const detail = `An organization has at most ${MOST_ENDPOINTS} endpoints. Delete one first.`;
      return { problem: created.refusal, detail };
    },
  });
}

export function listEndpointsRoute({ db }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/webhook-endpoints',
    summary: 'Lists the webhook endpoints',
    answers: { 200: listOf(webhookEndpoint) },
    allow: readers,
    query: z.object(page),
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId } = principal;
      return await answerPage({
        list: 'webhook-endpoints',
        principal,
        query,
        load: (after, limit) => listEndpoints(db, { organizationId, after, limit }),
        idOf: ({ endpoint_id }) => endpoint_id,
        toBody: endpointBody,
      });
    },
  });
}

export function readEndpointRoute({ db }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/webhook-endpoints/:endpointId',
    summary: 'Reads one webhook endpoint',
    answers: { 200: webhookEndpoint },
    allow: readers,
    params: oneEndpoint,
    async handle({ principal, params }): Promise<Reply> {
      const found = await findEndpoint(db, principal.organizationId, params.endpointId);
      return found ? { status: 200, body: endpointBody(found) } : { problem: 'not_found' };
    },
  });
}

export function changeEndpointRoute({ db, networks, wake }: NotifierContext) {
  return route({
    method: 'patch',
    path: '/v1/webhook-endpoints/:endpointId',
    summary: 'Changes a webhook endpoint',
    answers: { 200: webhookEndpoint },
    refusals: ['webhook_endpoint_exists'],
    allow: ['admin'],
    params: oneEndpoint,
    body: changeWebhookEndpointRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const wrong = body.url === undefined ? null : urlRefused(body.url, networks);
      const { organizationId } = principal;
      const { endpointId } = params;
      if (wrong)
        return (await findEndpoint(db, organizationId, endpointId)) ? wrong : { problem: 'not_found' };
      const caller = { principal, requestId };
      const changed = await changeEndpoint(db, { caller, endpointId, changes: body });
      switch (changed.outcome) {
        case 'not_found':
          return { problem: 'not_found' };
        case 'refused': {
          const detail =
            'Another endpoint of the organization already has this URL. Change or delete that one.';
          return { problem: changed.refusal, detail };
        }
        case 'changed':
          wake();
          return { status: 200, body: endpointBody(changed.endpoint) };
      }
    },
  });
}

export function deleteEndpointRoute({ db }: NotifierContext) {
  return route({
    method: 'delete',
    path: '/v1/webhook-endpoints/:endpointId',
    summary: 'Deletes a webhook endpoint',
    answers: { 204: null },
    allow: ['admin'],
    params: oneEndpoint,
    async handle({ principal, params, requestId }): Promise<Reply> {
      const { endpointId } = params;
      const deleted = await db.transaction(async (tx) => {
        const found = await deleteEndpoint(tx, principal.organizationId, endpointId);
        if (found) {
          removeSecrets(tx, endpointId);
          recordAction(tx, { principal, requestId }, 'webhook_endpoint.deleted', { subjectId: endpointId });
        }
        return found;
      });
      return deleted ? { status: 204 } : { problem: 'not_found' };
    },
  });
}

export function rotateSecretRoute({ db, sealing }: NotifierContext) {
  return route({
    method: 'post',
    path: '/v1/webhook-endpoints/:endpointId/secret-rotation',
    summary: 'Creates a new secret and shows it, this once',
    answers: { 200: rotatedWebhookSecretBody },
    refusals: ['webhooks_not_configured', 'too_many_webhook_secrets'],
    allow: ['admin'],
    params: oneEndpoint,
    body: rotateWebhookSecretRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      if (sealing === null) return notConfigured;
      const caller = { principal, requestId };
      const rotated = await rotateSecret(db, { caller, ...params, ...body, sealing });
      switch (rotated.outcome) {
        case 'not_found':
          return { problem: 'not_found' };
        case 'refused': {
          const detail = `${MOST_SECRETS} secrets of this endpoint are valid at the same time. Wait until one expires, or end them all with "overlapHours": 0.`;
          return { problem: rotated.refusal, detail };
        }
        case 'rotated': {
          const { secret, previousExpireAt } = rotated;
          return { status: 200, body: { secret, previousExpireAt: previousExpireAt.toISOString() } };
        }
      }
    },
  });
}

const notConfigured: Refusal = {
  problem: 'webhooks_not_configured',
  detail:
    'This notifier has no key for storing signing secrets. Its operator has to set WEBHOOK_SECRETS_KEY and restart it.',
};

function urlRefused(url: string, networks: Networks): Refusal | null {
  const message = complaintAboutUrl(url, networks);
  return message === null ? null : validationFailed([{ path: 'url', message }]);
}

function endpointBody(row: StoredEndpoint): WebhookEndpointBody {
  return {
    id: row.endpoint_id,
    url: row.url,
    eventTypes: row.event_types,
    description: row.description,
    enabled: row.disabled_at === null,
    disabledAt: row.disabled_at?.toISOString() ?? null,
    disabledBecause: row.disabled_because,
    failingSince: row.failing_since?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
