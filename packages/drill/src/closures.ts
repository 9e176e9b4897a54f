import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { must, openApi } from '@turnout/demo/api';
import type { RunningService } from '@turnout/local-stack/start-services';
import type { Db } from '@turnout/runtime/postgres';
import { type GivenOrganization, givenEnrollments, givenEvent } from '@turnout/test-kit/given';

const HOUR = 3_600_000;

export interface Workshop {
  eventId: string;
  people: number;
}

type Services = Record<'checkin' | 'closure', RunningService>;

/** Small events that ended, each with people of whom the first half was there. No schedule closes them. */
export async function prepareWorkshops(
  db: Db,
  organization: GivenOrganization,
  { checkin }: Services,
  count: number,
  people: number,
): Promise<Workshop[]> {
  const door = openApi(checkin.url, organization.tokens.supervisor);
  const workshops: Workshop[] = [];
  for (let number = 0; number < count; number += 1) {
    const eventId = await givenEvent(db, organization.id, { closure_grace_minutes: 100_000 });
    const enrolled = await givenEnrollments(db, organization.id, eventId, people);
    const scannedAt = new Date(Date.now() - 48 * HOUR);
    const scans = enrolled
      .slice(0, people / 2)
      .map(({ accessCode }) => ({ scanId: randomUUID(), accessCode, scannedAt }));
    must(await door.post(`/v1/events/${eventId}/check-ins/batch`, { scans }), 200);
    workshops.push({ eventId, people });
  }
  return workshops;
}

/** Asks for one closure after the other, so that at any moment verdicts, messages and mails are under way. */
export function closeInTurn(
  { closure }: Services,
  organization: GivenOrganization,
  workshops: readonly Workshop[],
  everyMs: number,
): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const api = openApi(closure.url, organization.tokens.admin);
  let asked = 0;
  async function run(): Promise<void> {
    for (const { eventId } of workshops) {
      if (stopping.signal.aborted) return;
      // While the database is away it gets no answer, or 503: it stays open and is closed after the recovery.
      const answer = await api.post(`/v1/events/${eventId}/closure-runs`).catch(() => null);
      if (answer?.status === 202) asked += 1;
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      return asked;
    },
  };
}
