import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface FaultProxy extends AsyncDisposable {
  /** The target's URL, leading through the proxy. */
  url: string;
  /** Closes what is open and refuses what is new, like a server that is gone. */
  cut(): void;
  /** Keeps everything open and lets nothing through, in either direction, like a half-open connection. */
  blackhole(): void;
  /** Forwards what is sent and loses what is answered. */
  loseAnswers(): void;
  /** Passes everything on after so many milliseconds each way. */
  delay(milliseconds: number): void;
  /** Lets everything through again. Connections that were swallowed stay dead. */
  heal(): void;
  readonly connections: number;
}

type Fault = 'none' | 'cut' | 'blackhole' | 'lose-answers';

/** A TCP proxy before one server that can behave as networks do. */
export async function startProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let fault: Fault = 'none';
  let delayMs = 0;

  const forward = (from: Socket, to: Socket, answers: boolean) => {
    let swallowed = false; // what missed a part of the stream can never be right again
    from.on('data', (chunk) => {
      swallowed ||= fault === 'blackhole' || (answers && fault === 'lose-answers');
      if (swallowed) return;
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => (swallowed ? undefined : setTimeout(() => to.destroy(), delayMs)));
  };

  const server = createServer((client) => {
    if (fault === 'cut') return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    forward(client, upstream, false);
    forward(upstream, client, true);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: () => {
      fault = 'cut';
      closeAll();
    },
    blackhole: () => {
      fault = 'blackhole';
    },
    loseAnswers: () => {
      fault = 'lose-answers';
    },
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    heal: () => {
      fault = 'none';
      delayMs = 0;
    },
    get connections() {
      return sockets.size / 2;
    },
    [Symbol.asyncDispose]: async () => {
      closeAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
