import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@turnout/local-stack/service-roles';
import type { Instance } from '../stack/instance.ts';
import type { Stage } from '../stage.ts';
import { call, type Reply, type Request } from './call.ts';
import type { Operation } from './ledger.ts';

export interface Asking {
  service: ServiceName;
  path: string;
  token: string;
  body: object;
  /** Statuses that the contract has for it, besides 503. */
  expected: readonly number[];
  stopping: AbortSignal;
}

export type Answered = Extract<Reply, { kind: 'answered' }>;

/** One client in so many does not ask again when it has heard nothing, and never learns what became of it. */
const GIVE_UP = 0.12;
const HANG_UP = 0.02;

/**
 * Asks one instance of a service, and the other one when that does not answer, until there is an answer, the client
 * gives up or the run ends. The outcome of the operations goes into the ledger; the answer comes back, null when there
 * is none.
 */
export async function perform(
  stage: Stage,
  operations: readonly Operation[],
  asking: Asking,
): Promise<Answered | null> {
  const givesUp = Math.random() < GIVE_UP;
  let instance = anyOf(stage, asking.service);
  while (!asking.stopping.aborted) {
    const reply = await ask(stage, instance, operations, asking);
    if (reply.kind === 'answered' && asking.expected.includes(reply.status)) return reply;
    if (reply.kind !== 'not sent') {
      stage.ledger.unknownAnswers += 1;
      for (const operation of operations) operation.wasUnknown = true;
      if (givesUp) break;
    }
    if (reply.kind === 'answered' && reply.status !== 503) {
      stage.violations.push(
        `POST ${asking.path} at ${instance.name} answered ${reply.status}: ${reply.text.slice(0, 300)}`,
      );
      break;
    }
    await pause(50 + Math.random() * 200);
    instance = otherThan(stage, instance);
  }
  for (const operation of operations) operation.outcome = operation.wasUnknown ? 'unknown' : 'failed';
  return null;
}

async function ask(
  { traffic }: Stage,
  instance: Instance,
  operations: readonly Operation[],
  { path, token, body }: Asking,
): Promise<Reply> {
  const requestId = randomUUID();
  for (const operation of operations) operation.requestIds.push(requestId);
  const request: Request = { method: 'POST', path, token, body, requestId };
  if (Math.random() < HANG_UP) request.hangUpAfterMs = Math.random() * 15;
  return await call(traffic, instance, request);
}

export function anyOf({ stack }: Stage, service: ServiceName): Instance {
  const both = stack.instances.filter((instance) => instance.service === service);
  return both[Math.floor(Math.random() * both.length)] as Instance;
}

export function otherThan({ stack }: Stage, one: Instance): Instance {
  return stack.instances.find(({ service, name }) => service === one.service && name !== one.name) ?? one;
}
