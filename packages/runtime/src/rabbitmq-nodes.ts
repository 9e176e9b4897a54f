import { type ChannelModel, connect } from 'amqplib';

/** Noticed after two of these without a byte. */
const HEARTBEAT_S = 5;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The nodes of a broker as one text: an AMQP URL, or those of the nodes of one cluster, separated by commas. They are
 * ways to the same queues, so whichever answers will do.
 */
export function nodesOf(urls: string): string[] {
  return urls.split(',').map((url) => url.trim());
}

/** Connects to one node, with heartbeats and a deadline. `name` is shown in the broker's list of connections. */
export async function connectToNode(url: string, name?: string): Promise<ChannelModel> {
  const withQuery = new URL(url);
  withQuery.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return await connect(withQuery.href, {
    timeout: CONNECT_TIMEOUT_MS,
    noDelay: true,
    keepAlive: true,
    ...(name !== undefined && { clientProperties: { connection_name: name } }),
  });
}

/**
 * Connects to the first node that lets us in, trying each once.
 *
 * @param urls as {@link nodesOf} reads them
 * @throws what the last one said, when none did
 */
export async function connectToAny(urls: string, name?: string): Promise<ChannelModel> {
  let refused: unknown;
  for (const url of nodesOf(urls)) {
    try {
      return await connectToNode(url, name);
    } catch (error) {
      refused = error;
    }
  }
  throw refused;
}
