import { readAsyncApi, readEventSchema } from '@turnout/contracts/event-documents';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { route } from './route.ts';

const json = { 'Content-Type': 'application/json' };

/** The stream of events, for whoever consumes it: public, since it tells what the sources tell. */
export function asyncApiRoute() {
  return route({
    method: 'get',
    path: '/asyncapi.json',
    summary: 'Reads the AsyncAPI document of the event stream',
    answers: { 200: z.looseObject({ asyncapi: z.string() }) },
    allow: [],
    handle: async (): Promise<Reply> => ({ status: 200, body: await readAsyncApi(), headers: json }),
  });
}

export function eventSchemaRoute() {
  return route({
    method: 'get',
    path: '/schemas/events/:file',
    summary: 'Reads the JSON Schema of one event type',
    params: z.object({
      file: z.string().regex(/^[a-z0-9.-]{1,200}\.json$/, 'must be like turnout.event.closed.v1.json'),
    }),
    answers: { 200: z.looseObject({ $id: z.string() }) },
    allow: [],
    async handle({ params: { file } }): Promise<Reply> {
      const type = file.slice(0, -'.json'.length);
      const body = await readEventSchema(type);
      if (body !== null) return { status: 200, body, headers: json };
      return {
        problem: 'not_found',
        detail: `There is no event type ${type}. /asyncapi.json lists all of them.`,
      };
    },
  });
}
