import { issueToken } from '@turnout/access/issue-token';
import type { Db } from '@turnout/runtime/postgres';
import { givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { type Answer, callService } from '../front-desk.ts';
import { startServiceProcess } from './service-process.ts';
import type { Device } from './story.ts';

/**
 * A service answered 503: the machine was too slow for its deadlines. What was asked for may or may not have happened,
 * so a model has nothing to say about what follows.
 */
export class UnavailableError extends Error {}

/** Two desks, the closure and the admin's service, each a process of its own, over one database. */
export interface World extends AsyncDisposable {
  database: TestDatabase;
  /** As the owner. */
  db: Db;
  devices: Device[];
  desk(number: number, method: string, path: string, device: Device, body?: object): Promise<Answer>;
  admin(method: string, path: string, body?: object): Promise<Answer>;
  closure(method: string, path: string): Promise<Answer>;
}

const NEVER = '0 0 1 1 *';

export async function openWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const vhost = opening.use(await createTestVhost());
  const db = opening.use(openTestDb(database.url));
  const organization = await givenOrganization(db);
  const start = async (app: 'checkin-service' | 'closure-service' | 'admin-service') => {
    const role = app.replace('-service', '') as 'checkin' | 'closure' | 'admin';
    return opening.use(
      await startServiceProcess(app, {
        DATABASE_URL: database.urlFor(role),
        AMQP_URL: vhost.amqpUrl,
        REDIS_URLS: requiredVariable('TEST_REDIS_URL'),
        CLOSURE_SCHEDULE: NEVER,
      }),
    );
  };
  const [first, second, closure, admin] = await Promise.all([
    start('checkin-service'),
    start('checkin-service'),
    start('closure-service'),
    start('admin-service'),
  ]);
  const token = organization.tokens.admin;
  const call = async (url: string, method: string, path: string, as: string, body?: object) => {
    const answer = await callService(url, method, path, { token: as, ...(body && { body }) });
    if (answer.status === 503) throw new UnavailableError(`${method} ${path} was answered 503`);
    return answer;
  };
  const devices = await Promise.all([
    aDevice(db, organization.id, 'front_desk', null),
    aDevice(db, organization.id, 'front_desk', 'Gate 7'),
    aDevice(db, organization.id, 'supervisor', null),
  ]);
  const opened = opening.move();
  return {
    database,
    db,
    devices,
    desk: (number, method, path, device, body) =>
      call(number === 0 ? first.url : second.url, method, path, device.token, body),
    admin: (method, path, body) => call(admin.url, method, path, token, body),
    closure: (method, path) => call(closure.url, method, path, token),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function aDevice(
  db: Db,
  organizationId: string,
  role: 'front_desk' | 'supervisor',
  station: string | null,
): Promise<Device> {
  const label = `${role} ${station ?? ''}`.trim();
  const scope = { eventIds: null, station, expiresAt: null };
  const { token, tokenId } = await issueToken(db, { organizationId, role, label, ...scope });
  return { name: label, token, id: tokenId, station, isSupervisor: role === 'supervisor' };
}
