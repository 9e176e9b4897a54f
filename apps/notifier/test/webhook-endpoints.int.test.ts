import {
  createdWebhookEndpointBody,
  rotatedWebhookSecretBody,
  webhookEndpointBody,
} from '@turnout/contracts/http/webhook-endpoints';
import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import { type GivenOrganization, givenOrganization, givenToken } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { type Answer, type Client, clientOf } from './support/client.ts';
import { attendedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';
import { type Received, type Receiver, startReceiver, verify } from './support/receiver.ts';

const path = '/v1/webhook-endpoints';

let office: PostOffice;
let receiver: Receiver;
let url: string;
const lines: string[] = [];
const opened = new AsyncDisposableStack();
beforeAll(async () => {
  office = opened.use(await openPostOffice());
  receiver = opened.use(await startReceiver());
  const logger = createLogger({
    name: 'notifier',
    level: 'trace',
    destination: { write: (line) => lines.push(line) },
  });
  url = opened.use(await startNotifier(office.config, logger)).url;
});
afterAll(() => opened.disposeAsync());

/** An organization of its own, so that tests do not count each other's endpoints. */
async function organization(): Promise<{ given: GivenOrganization; admin: Client; auditor: Client }> {
  const given = await givenOrganization(office.db);
  return { given, admin: clientOf(url, given.tokens.admin), auditor: clientOf(url, given.tokens.auditor) };
}

const somewhere = () => `https://example.org/${newId()}`;

/** All there is to see of an answer, apart from what is different in every answer. */
function visible({ status, headers, text }: Answer) {
  const requestId = headers.get('x-request-id') ?? '';
  const seen = Object.fromEntries(headers);
  for (const name of ['date', 'x-request-id']) delete seen[name];
  return { status, headers: seen, text: text.replaceAll(requestId, '') };
}

describe('an endpoint', () => {
  it('is made with a secret that is shown once and kept where nobody can read it', async () => {
    const { admin, auditor } = await organization();
    const created = await admin('POST', path, { url: somewhere(), description: 'Our CRM' });
    expect(created.status).toBe(201);
    const { secret, ...endpoint } = createdWebhookEndpointBody.parse(created.body);
    expect(created.headers.get('location')).toBe(`${path}/${endpoint.id}`);
    expect(endpoint).toMatchObject({ eventTypes: null, description: 'Our CRM', enabled: true });

    const read = await auditor('GET', `${path}/${endpoint.id}`);
    expect(webhookEndpointBody.parse(read.body)).toEqual(endpoint);
    const listed = await auditor('GET', path);
    expect(listed.body).toEqual({ items: [endpoint], nextCursor: null });
    const rows = await office.db.query<{ row: string; text: string }>(
      `select s::text as row, encode(sealed, 'escape') as text from notifier.webhook_secrets s`,
    );
    for (const { row, text } of rows) expect(row + text).not.toContain(secret.slice(6, 30));
    const told = lines.join('') + read.text + listed.text;
    expect(told).not.toContain(secret.slice(6, 30));
    expect(lines.join('')).not.toContain(endpoint.url);
  });

  it('is changed in part, and keeps the rest', async () => {
    const { admin } = await organization();
    const { body: before } = await admin('POST', path, { url: somewhere(), description: 'a' });
    const types = ['turnout.event.closed.v1'];
    const { body: after } = await admin('PATCH', `${path}/${before.id}`, { eventTypes: types });
    const { secret: _secret, ...rest } = before;
    expect(after).toEqual({ ...rest, eventTypes: types });
    const all = await admin('PATCH', `${path}/${before.id}`, { eventTypes: null, description: null });
    expect(all.body).toMatchObject({ eventTypes: null, description: null, url: before.url });
    const disabled = await admin('PATCH', `${path}/${before.id}`, { enabled: false });
    expect(disabled.body).toMatchObject({ enabled: false, disabledBecause: 'request' });
    const again = await admin('PATCH', `${path}/${before.id}`, { enabled: false });
    expect(again.body).toEqual(disabled.body);
  });

  it('is gone when it was deleted, and its URL is free again', async () => {
    const { admin } = await organization();
    const where = somewhere();
    const { body } = await admin('POST', path, { url: where });
    expect((await admin('DELETE', `${path}/${body.id}`)).status).toBe(204);
    const missing = visible(await admin('GET', `${path}/${newId()}`));
    expect(visible(await admin('GET', `${path}/${body.id}`))).toEqual(missing);
    expect((await admin('DELETE', `${path}/${body.id}`)).status).toBe(404);
    expect((await admin('PATCH', `${path}/${body.id}`, { enabled: true })).status).toBe(404);
    expect((await admin('POST', `${path}/${body.id}/secret-rotation`)).status).toBe(404);
    expect((await admin('GET', path)).body.items).toEqual([]);
    expect((await admin('POST', path, { url: where })).status).toBe(201);
  });

  it('is made once for a URL, also when it is asked for twice at the same time', async () => {
    const { admin } = await organization();
    const where = somewhere();
    const answers = await Promise.all([1, 2, 3].map(() => admin('POST', path, { url: where })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const made = answers.find(({ status }) => status === 201);
    for (const { body } of answers.filter(({ status }) => status === 409)) {
      expect(body.code).toBe('webhook_endpoint_exists');
      expect(body.detail).toContain(made?.body.id);
    }
    const { body: other } = await admin('POST', path, { url: somewhere() });
    const moved = await admin('PATCH', `${path}/${other.id}`, { url: where });
    expect(moved.body).toMatchObject({ status: 409, code: 'webhook_endpoint_exists' });
  });

  it('is not made for a URL to which another is moved at the same time', async () => {
    const { admin } = await organization();
    const { body: other } = await admin('POST', path, { url: `${receiver.url}old` });
    let made: Promise<Answer> | undefined;
    await office.db.transaction(async (tx) => {
      await tx.query('update notifier.webhook_endpoints set url = $2 where endpoint_id = $1', [
        other.id,
        `${receiver.url}new`,
      ]);
      made = admin('POST', path, { url: `${receiver.url}new` });
      await waitUntil(() => isAnyoneWaiting(office.db));
    });
    expect((await made)?.body).toMatchObject({
      status: 409,
      code: 'webhook_endpoint_exists',
      detail: expect.stringContaining(other.id),
    });
  });

  it('is one of twenty at most, also when many are made at the same time', async () => {
    const { admin } = await organization();
    // They wait for each other: on a busy machine some hear that they shall try again.
    const make = async () => {
      const answer = await admin('POST', path, { url: somewhere() });
      return answer.status !== 503 && answer;
    };
    const answers = await Promise.all(Array.from({ length: 25 }, () => waitUntil(make)));
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(5);
    for (const { body } of refused) expect(body.code).toBe('too_many_webhook_endpoints');
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: Answer = await admin('GET', `${path}?limit=7${cursor && `&cursor=${cursor}`}`);
      pages.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(new Set(pages).size).toBe(20);
    expect(pages).toHaveLength(20);
  });
});

describe('a rotated secret', () => {
  const signedWith = async (secrets: string[]) => {
    const before = receiver.received.length;
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(() => receiver.received.length > before);
    const received = receiver.received.at(-1) as Received;
    return secrets.map((secret) => {
      try {
        verify(received, secret);
        return true;
      } catch {
        return false;
      }
    });
  };

  it('signs together with the earlier secrets for the overlap, then alone', async () => {
    const admin = clientOf(url, office.organization.tokens.admin);
    const { body } = await admin('POST', path, { url: receiver.url });
    const secrets: string[] = [body.secret];
    expect(await signedWith(secrets)).toEqual([true]);
    const rotate = async (sent?: object) => {
      const answer = await admin('POST', `${path}/${body.id}/secret-rotation`, sent);
      expect(answer.status).toBe(200);
      const rotated = rotatedWebhookSecretBody.parse(answer.body);
      secrets.push(rotated.secret);
      return (Date.parse(rotated.previousExpireAt) - Date.now()) / 3_600_000;
    };
    // Twice, as when the first answer was lost: the receiver still has the first secret.
    expect(await rotate()).toBeCloseTo(24, 1);
    expect(await rotate({ overlapHours: 1 })).toBeCloseTo(1, 1);
    expect(await signedWith(secrets)).toEqual([true, true, true]);
    await office.db.query(
      `update notifier.webhook_secrets set expires_at = now() where expires_at is not null`,
    );
    expect(await signedWith(secrets)).toEqual([false, false, true]);
    expect(await rotate({ overlapHours: 0 })).toBeLessThan(0.01);
    expect(await signedWith(secrets)).toEqual([false, false, false, true]);
    expect(new Set(secrets).size).toBe(4);
    await admin('DELETE', `${path}/${body.id}`);
  });

  it('does not make signatures without end', async () => {
    const { admin } = await organization();
    const { body } = await admin('POST', path, { url: somewhere() });
    const rotate = (sent?: object) => admin('POST', `${path}/${body.id}/secret-rotation`, sent);
    for (let time = 0; time < 4; time += 1) expect((await rotate()).status).toBe(200);
    expect((await rotate()).body).toMatchObject({ status: 409, code: 'too_many_webhook_secrets' });
    expect((await rotate({ overlapHours: 0 })).status).toBe(200);
    expect((await rotate()).status).toBe(200);
  });

  it('is one at a time, also when several are asked for at once', async () => {
    const { admin } = await organization();
    const { body } = await admin('POST', path, { url: somewhere() });
    const answers = await Promise.all(
      [1, 2, 3].map(() => admin('POST', `${path}/${body.id}/secret-rotation`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const secrets = await office.db.query<{ newest: boolean }>(
      'select expires_at is null as newest from notifier.webhook_secrets where endpoint_id = $1',
      [body.id],
    );
    expect(secrets.map(({ newest }) => newest).toSorted()).toEqual([false, false, false, true]);
  });
});

describe('who may', () => {
  const routes = (id: string): [string, string, object | undefined][] => [
    ['POST', path, { url: somewhere() }],
    ['GET', path, undefined],
    ['GET', `${path}/${id}`, undefined],
    ['PATCH', `${path}/${id}`, { enabled: false }],
    ['DELETE', `${path}/${id}`, undefined],
    ['POST', `${path}/${id}/secret-rotation`, {}],
  ];

  it('manage endpoints: an admin; look at them: an auditor; neither: anybody else', async () => {
    const { given, admin } = await organization();
    const { body } = await admin('POST', path, { url: somewhere() });
    for (const [method, route, sent] of routes(body.id)) {
      for (const role of ['front_desk', 'supervisor', 'auditor'] as const) {
        const { status } = await clientOf(url, given.tokens[role])(method, route, sent);
        expect({ method, role, status }).toEqual({
          method,
          role,
          status: role === 'auditor' && method === 'GET' ? 200 : 403,
        });
      }
      expect((await clientOf(url, null)(method, route, sent)).status).toBe(401);
    }
    const nonsense = await clientOf(url, given.tokens.auditor)('POST', path, '{');
    expect(nonsense.body).toMatchObject({ status: 403 });
  });

  it('not a token for some events: what an endpoint hears spans the organization', async () => {
    const { given, admin } = await organization();
    const { body } = await admin('POST', path, { url: somewhere() });
    const limited = await givenToken(office.db, given.id, 'admin', { eventIds: [newId()] });
    for (const [method, route, sent] of routes(body.id)) {
      const answer = await clientOf(url, limited)(method, route, sent);
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    expect((await admin('GET', path)).body.items).toMatchObject([{ id: body.id, enabled: true }]);
  });

  it('another organization finds nothing, to the byte, and changes nothing', async () => {
    const { admin } = await organization();
    const { admin: stranger } = await organization();
    const { body } = await admin('POST', path, { url: somewhere() });
    const before = await office.db.query('select * from notifier.webhook_endpoints');
    const missing = routes(newId());
    for (const [index, [method, route, sent]] of routes(body.id).entries()) {
      if (!route.includes(body.id)) continue;
      const [, other = '', same] = missing[index] ?? [];
      const answer = visible(await stranger(method, route, sent));
      expect(answer.status).toBe(404);
      expect(answer).toEqual(visible(await stranger(method, other, same)));
      expect(
        visible(
          await stranger(
            method,
            route
              .toUpperCase()
              .replace('/V1/WEBHOOK-ENDPOINTS', path)
              .replace('/SECRET-ROTATION', '/secret-rotation'),
            sent,
          ),
        ),
      ).toEqual(answer);
    }
    expect(await office.db.query('select * from notifier.webhook_endpoints')).toEqual(before);
    expect((await stranger('GET', path)).body.items).toEqual([]);
  });
});

describe('what does not make sense is refused', () => {
  const bad: [string, unknown, string][] = [
    ['nothing', {}, 'url'],
    ['a number', { url: 7 }, 'url'],
    ['no URL', { url: 'example.org/hooks' }, 'url'],
    ['another scheme', { url: 'ftp://example.org/' }, 'url'],
    ['javascript', { url: 'javascript:alert(1)' }, 'url'],
    ['no slashes', { url: 'https:example.org' }, 'url'],
    ['backslashes', { url: 'https:\\\\example.org' }, 'url'],
    ['a user', { url: 'https://ada@example.org/' }, 'url'],
    ['a password', { url: 'https://:secret@example.org/' }, 'url'],
    ['a user where one reads a host', { url: 'https://example.org@127.0.0.1/' }, 'url'],
    ['a fragment', { url: 'https://example.org/#a' }, 'url'],
    ['a space', { url: ' https://example.org/' }, 'url'],
    ['a line break', { url: 'https://example.org/\r\nHost: x' }, 'url'],
    ['NUL', { url: 'https://example.org/\u0000' }, 'url'],
    ['half a surrogate', { url: 'https://example.org/\ud800' }, 'url'],
    ['no host', { url: 'https://' }, 'url'],
    ['a port out of range', { url: 'https://example.org:99999/' }, 'url'],
    ['a novel', { url: `https://example.org/${'x'.repeat(2_000)}` }, 'url'],
    ['no type', { url: 'https://example.org/', eventTypes: [] }, 'eventTypes'],
    [
      'a type we do not have',
      { url: 'https://example.org/', eventTypes: ['turnout.weather.v1'] },
      'eventTypes[0]',
    ],
    [
      'a type twice',
      { url: 'https://example.org/', eventTypes: ['turnout.event.closed.v1', 'turnout.event.closed.v1'] },
      'eventTypes',
    ],
    ['a blank description', { url: 'https://example.org/', description: ' ' }, 'description'],
    ['a secret of their own', { url: 'https://example.org/', secret: 'whsec_AAAA' }, 'secret'],
    ['a prototype', JSON.parse('{"url":"https://example.org/","__proto__":{}}'), '__proto__'],
  ];

  it.each(bad)('%s', async (_what, sent, where) => {
    const { admin } = await organization();
    const { body } = await admin('POST', path, JSON.stringify(sent));
    expect(body).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(where);
    expect((await admin('GET', path)).body.items).toEqual([]);
  });

  it('in a change and a rotation too', async () => {
    const { admin } = await organization();
    const { body } = await admin('POST', path, { url: somewhere() });
    for (const sent of [{}, { enabled: 'no' }, { url: null }, { id: newId() }, { failingSince: null }]) {
      expect((await admin('PATCH', `${path}/${body.id}`, sent)).status).toBe(422);
    }
    for (const overlapHours of ['-1', '169', '1.5', '"24"', 'null', '1e400']) {
      const sent = `{"overlapHours":${overlapHours}}`;
      const { body: refused } = await admin('POST', `${path}/${body.id}/secret-rotation`, sent);
      expect(refused).toMatchObject({ status: 422, errors: [{ path: 'overlapHours' }] });
    }
    for (const [method, route] of [
      ['GET', `${path}/1`],
      ['GET', `${path}?limit=0`],
      ['GET', `${path}?cursor=nonsense`],
      ['GET', `${path}?colour=red`],
    ] as const) {
      expect((await admin(method, route)).status).toBe(422);
    }
  });
});
