import { readers } from '@turnout/access/authorize';
import { findSettings } from '@turnout/access/settings';
import { organizationSettings } from '@turnout/contracts/http/settings';
import type { Reply } from '@turnout/runtime/http/reply';
import { putSettings } from '../commands/put-settings.ts';
import type { AdminContext } from '../context.ts';
import { route, writers } from './route.ts';

export function readSettingsRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/settings',
    summary: "Reads the organization's default settings",
    allow: readers,
    answers: { 200: organizationSettings },
    async handle({ principal }): Promise<Reply> {
      return { status: 200, body: await findSettings(db, principal.organizationId) };
    },
  });
}

export function putSettingsRoute({ db }: AdminContext) {
  return route({
    method: 'put',
    path: '/v1/settings',
    summary: "Changes the organization's default settings",
    allow: writers,
    body: organizationSettings,
    answers: { 200: organizationSettings },
    async handle({ principal, body, requestId }): Promise<Reply> {
      await putSettings(db, { principal, settings: body, requestId });
      return { status: 200, body };
    },
  });
}
