import type { Answer } from '../front-desk.ts';
import { type EventPlan, type EventTimes, eventRequest, layOut } from './event-plan.ts';
import type { World } from './world.ts';

export interface Device {
  name: string;
  token: string;
  id: string;
  /** The token's own, for scans that name none. */
  station: string | null;
  /** May annul what others scanned. */
  isSupervisor: boolean;
}

export interface SentScan {
  scanId: string;
  accessCode?: string;
  enrollmentId?: string;
  scannedAt?: string;
  station?: string;
  direction: 'entry' | 'exit';
}

/** What the clients of one event know so far; they share it, as people at a door talk. */
export interface Known {
  people: { id: string; accessCode: string }[];
  /** First in the order in which they were sent. */
  scans: { sent: SentScan; device: Device }[];
  checkInIds: string[];
  /** Every answer to a scan. */
  answers: { sent: SentScan; status: number; body: Answer['body'] }[];
}

/** One event in the real world, and the desk through which a client works. */
export interface Story {
  world: World;
  eventId: string;
  times: EventTimes;
  known: Known;
  devices: Device[];
  /** Calls the desk's own process. */
  desk(method: string, path: string, device: Device, body?: object): Promise<Answer>;
  admin(method: string, path: string, body?: object): Promise<Answer>;
  /** A number that was not there before, for names and for times that differ. */
  next(): number;
}

/** Creates the event through the admin's service. */
export async function beginStory(world: World, plan: EventPlan): Promise<Story> {
  const times = layOut(plan, new Date());
  const created = await world.admin('POST', '/v1/events', eventRequest(plan, times));
  if (created.status !== 201) throw new Error(`no event: ${JSON.stringify(created.body)}`);
  const eventId: string = created.body.id;
  let count = 0;
  return {
    world,
    eventId,
    times,
    known: { people: [], scans: [], checkInIds: [], answers: [] },
    devices: world.devices,
    desk: (method, path, device, body) => world.desk(0, method, `/v1/events/${eventId}${path}`, device, body),
    admin: (method, path, body) => world.admin(method, `/v1/events/${eventId}${path}`, body),
    next: () => {
      count += 1;
      return count;
    },
  };
}

/** The same event through another process. */
export function through(story: Story, desk: number): Story {
  const { world, eventId } = story;
  return {
    ...story,
    desk: (method, path, device, body) =>
      world.desk(desk, method, `/v1/events/${eventId}${path}`, device, body),
  };
}
