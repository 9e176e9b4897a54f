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

/** A scan as it is sent, and to which route. */
export type SentScan =
  | { to: 'check-ins'; scan: SentCheckIn }
  | { to: 'redemptions'; scan: SentProductScan & { lineItemId: string } }
  | { to: 'door-checks'; scan: SentProductScan & { productId: string } };

export interface SentCheckIn {
  scanId: string;
  accessCode?: string;
  enrollmentId?: string;
  scannedAt?: string;
  station?: string;
  direction: 'entry' | 'exit';
  admitUnpaid?: true;
}

export interface SentProductScan {
  scanId: string;
  accessCode: string;
  station?: string;
}

/** What the clients of one event know so far; they share it, as people at a door talk. */
export interface Known {
  people: { id: string; accessCode: string }[];
  /** Line items that an order has or once had. */
  lineItems: { lineItemId: string; productId: string; personId: string }[];
  /** The first of each scanId, in the order in which they were sent; the latest may be on their way. */
  scans: SentScan[];
  checkInIds: string[];
  /** Every answer to a scan. */
  answers: { sent: SentScan; status: number; body: Answer['body'] }[];
}

/** One event in the real world, and the desk through which a client works. */
export interface Story {
  world: World;
  eventId: string;
  times: EventTimes;
  /** What is sold for the event. */
  productIds: string[];
  known: Known;
  devices: Device[];
  /** Calls the desk's own process. */
  desk(method: string, path: string, device: Device, body?: object): Promise<Answer>;
  admin(method: string, path: string, body?: object): Promise<Answer>;
  /** A number that was not there before, for names and for times that differ. */
  next(): number;
}

const sold = [
  ['Lunch', 'addon'],
  ['Tutorial', 'ticket'],
] as const;

/** Creates the event and its products through the admin's service. */
export async function beginStory(world: World, plan: EventPlan): Promise<Story> {
  const times = layOut(plan, new Date());
  const created = await world.admin('POST', '/v1/events', eventRequest(plan, times));
  if (created.status !== 201) throw new Error(`no event: ${JSON.stringify(created.body)}`);
  const eventId: string = created.body.id;
  const products = await Promise.all(
    sold.map(([name, kind]) => world.admin('POST', `/v1/events/${eventId}/products`, { name, kind })),
  );
  const productIds: string[] = products.map(({ body }) => body.id);
  let count = 0;
  return {
    world,
    eventId,
    times,
    productIds,
    known: { people: [], lineItems: [], scans: [], checkInIds: [], answers: [] },
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
