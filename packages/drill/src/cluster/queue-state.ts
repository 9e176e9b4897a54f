import type { RabbitmqNode } from '@turnout/local-stack/servers/rabbitmq';

export interface QueueState {
  leader: string;
  /** Nodes that hold a copy, and those of them that run. */
  members: string[];
  online: string[];
}

/** A quorum queue as one node tells it; the broker renews what it tells every five seconds. */
export async function queueState(node: RabbitmqNode, queue: string): Promise<QueueState> {
  const url = new URL(`${node.managementUrl}/api/queues/%2F/${queue}`);
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
  url.username = '';
  url.password = '';
  const response = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${node.name} answered ${response.status}`);
  return (await response.json()) as QueueState;
}
