import { readers } from '@turnout/access/authorize';
import { why } from '@turnout/contracts/http/why';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { tellWhy } from '../why/tell-why.ts';
import { route } from './route.ts';

export function readWhyRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/enrollments/:enrollmentId/why',
    allow: readers,
    summary: 'Tells everything that happened to an enrollment, in order, in plain sentences',
    params: z.object({ enrollmentId: id }),
    answers: { 200: why },
    refusals: ['not_found'],
    async handle({ principal: { organizationId, eventIds }, params }): Promise<Reply> {
      const body = await tellWhy(db, { ...params, organizationId, eventIds });
      return body ? { status: 200, body } : { problem: 'not_found' };
    },
  });
}
