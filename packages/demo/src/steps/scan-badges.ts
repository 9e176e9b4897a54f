import { randomUUID } from 'node:crypto';
import { scanAccepted } from '@turnout/contracts/http/check-ins';
import { type Api, must, read } from '../api.ts';
import { forEach } from '../for-each.ts';
import type { Scan } from '../people.ts';
import { type Door, type Person, type Show, scansThat } from '../show.ts';

/** What happens at the doors while everything is online, and what a supervisor takes back. */
export async function scanBadges(show: Show): Promise<void> {
  const { say, people } = show;
  const single = scansThat(people, undefined);
  await forEach(people, async (person) => {
    for (const scan of person.kind.scans.filter(({ arrives }) => arrives === undefined)) {
      await scanOnce(show, person, scan);
    }
  });
  const annulled = single.filter(({ scan }) => scan.annulled).length;
  say(`${single.length} badges scanned at two doors; a supervisor annulled ${annulled} of the scans.`);

  const repeated = scansThat(people, 'three times');
  await forEach(repeated, ({ person, scan }) => scanThreeTimes(show, person, scan));
  say(`${repeated.length} scans sent three times over a bad network: one check-in and one answer each.`);

  const twice = scansThat(people, 'at two doors at once');
  await forEach(twice, ({ person, scan }) => scanAtTwoDoors(show, person, scan));
  say(
    `${twice.length} tickets scanned at two doors at the same instant: one gets "first", the other "re_entry".`,
  );
}

/** A device hands over what it scanned while it was offline, in no order at all. */
export async function uploadLater(show: Show, arrives: Scan['arrives']): Promise<number> {
  const scans = scansThat(show.people, arrives)
    .map(({ person, scan }) => toRequest(show, person, scan))
    .sort((one, other) => (one.scanId < other.scanId ? -1 : 1)); // random ids: shuffled
  const answer = await show.doors[0].api.post(`${checkInsOf(show)}/batch`, { scans });
  must(answer, 200);
  const { results } = answer.body as { results: { scanId: string; status: number; body: object }[] };
  const answered = results.map(({ scanId, status }) => `${scanId} ${status}`);
  show.differences.expect(
    'the answers to an offline upload',
    answered,
    scans.map(({ scanId }) => `${scanId} 201`),
  );
  return scans.length;
}

/** The path of an event's check-ins. */
export function checkInsOf({ event }: Show): string {
  return `/v1/events/${event.id}/check-ins`;
}

/** The body of a scan with a new `scanId`. People of one kind are scanned seven seconds after one another. */
export function toRequest({ calendar }: Show, person: Person, scan: Scan) {
  const second = person.kind.names.indexOf(person.name) * 7;
  return {
    scanId: randomUUID() as string,
    accessCode: person.accessCode,
    scannedAt: calendar.instant(scan.on, scan.at, second),
    direction: scan.exit ? 'exit' : 'entry',
  };
}

async function scanOnce(show: Show, person: Person, scan: Scan): Promise<void> {
  const { api } = doorOf(show, scan);
  const answer = await api.post(checkInsOf(show), toRequest(show, person, scan));
  const { checkIn } = read(answer, 201, scanAccepted);
  if (scan.annulled) await annul(show.supervisor, `${checkInsOf(show)}/${checkIn.id}/annulment`);
}

async function annul(supervisor: Api, path: string): Promise<void> {
  must(await supervisor.post(path, { reason: 'Scanned the wrong badge' }), 200);
}

async function scanThreeTimes(show: Show, person: Person, scan: Scan): Promise<void> {
  const { api } = doorOf(show, scan);
  const request = toRequest(show, person, scan);
  const answers = [];
  for (let time = 1; time <= 3; time += 1) answers.push(await api.post(checkInsOf(show), request));
  const [first] = answers.map((answer) => read(answer, 201, scanAccepted));
  const what = `a scan of ${person.name} sent three times`;
  show.differences.expect(
    `${what}, its answers`,
    answers.map(({ body }) => body),
    [first, first, first],
  );
  show.differences.expect(
    `${what}, repeated?`,
    answers.map(({ replayed }) => replayed),
    [false, true, true],
  );
}

async function scanAtTwoDoors(show: Show, person: Person, scan: Scan): Promise<void> {
  const answers = await Promise.all(
    show.doors.map(({ api }) => api.post(checkInsOf(show), toRequest(show, person, scan))),
  );
  const outcomes = answers.map((answer) => read(answer, 201, scanAccepted).outcome);
  show.differences.expect(`${person.name} at two doors at once`, outcomes.sort(), ['first', 're_entry']);
}

function doorOf({ doors }: Show, { on }: Scan): Door {
  return on % 2 === 0 ? doors[1] : doors[0];
}
