import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface FaultProxy extends AsyncDisposable {
  /** The target's URL, leading through the proxy. */
  url: string;
  /** Closes what is open and refuses what is new, like a server that is gone. */
  cut(): void;
  /** Resets what is open, and lets in what is new. */
  reset(): void;
  /** Keeps everything open and lets nothing through, in either direction, like a half-open connection. */
  blackhole(): void;
  /** The same from the first that is sent with this text in it, which is lost too. */
  blackholeFrom(text: string): void;
  /** Forwards what is sent and loses what is answered. */
  loseAnswers(): void;
  /** The same for what is sent with this text in it; a moment after the answer that connection is reset. */
  loseAnswersTo(text: string): void;
  /** Replaces a text in what is sent by another one of the same length. */
  replace(text: string, by: string): void;
  /** Passes everything on after so many milliseconds each way. */
  delay(milliseconds: number): void;
  /** Lets everything through again. Connections that were swallowed stay dead. */
  heal(): void;
  readonly connections: number;
  /** Connections reset because of `loseAnswersTo`. */
  readonly answersLost: number;
}

type Fault = 'none' | 'cut' | 'blackhole' | 'lose-answers';

/** An answer can come in parts: this long after the first the connection is reset. */
const LOST_ANSWER_MS = 100;

/** A TCP proxy before one server that can behave as networks do. */
export async function startProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const links = new Set<Link>();
  let fault: Fault = 'none';
  let delayMs = 0;
  let unanswered: Buffer | undefined;
  let blackholed: Buffer | undefined;
  let replaced: { text: Buffer; by: Buffer } | undefined;
  let answersLost = 0;

  const loseAnswer = (link: Link) => {
    link.upstream.once('data', () =>
      setTimeout(() => {
        if (!links.has(link)) return;
        answersLost += 1;
        resetLink(link);
      }, LOST_ANSWER_MS),
    );
    link.deaf = true;
  };

  const forward = (link: Link, from: Socket, to: Socket, answers: boolean) => {
    let swallowed = false; // what missed a part of the stream can never be right again
    from.on('data', (chunk: Buffer) => {
      if (!answers && blackholed && chunk.includes(blackholed)) fault = 'blackhole';
      swallowed ||= fault === 'blackhole' || (answers && (fault === 'lose-answers' || link.deaf));
      if (swallowed) return;
      if (!answers && unanswered && chunk.includes(unanswered)) loseAnswer(link);
      if (!answers && replaced) replaceIn(chunk, replaced);
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => (swallowed ? undefined : setTimeout(() => to.destroy(), delayMs)));
  };

  const server = createServer((client) => {
    if (fault === 'cut') return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    const link: Link = { client, upstream, deaf: false };
    links.add(link);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('close', () => {
        if (client.destroyed && upstream.destroyed) links.delete(link);
      });
    }
    forward(link, client, upstream, false);
    forward(link, upstream, client, true);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  const closeAll = () => {
    for (const { client, upstream } of links) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    url: url.href,
    cut: () => {
      fault = 'cut';
      closeAll();
    },
    reset: () => {
      for (const link of links) resetLink(link);
    },
    blackhole: () => {
      fault = 'blackhole';
    },
    blackholeFrom: (text) => {
      blackholed = Buffer.from(text);
    },
    loseAnswers: () => {
      fault = 'lose-answers';
    },
    loseAnswersTo: (text) => {
      unanswered = Buffer.from(text);
    },
    replace: (text, by) => {
      if (text.length !== by.length) throw new RangeError('the lengths differ');
      replaced = { text: Buffer.from(text), by: Buffer.from(by) };
    },
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    heal: () => {
      fault = 'none';
      delayMs = 0;
      unanswered = undefined;
      blackholed = undefined;
      replaced = undefined;
    },
    get connections() {
      return links.size;
    },
    get answersLost() {
      return answersLost;
    },
    [Symbol.asyncDispose]: async () => {
      closeAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Link {
  client: Socket;
  upstream: Socket;
  /** Hears no answers any more. */
  deaf: boolean;
}

function resetLink({ client, upstream }: Link): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
}

function replaceIn(chunk: Buffer, { text, by }: { text: Buffer; by: Buffer }): void {
  for (let at = chunk.indexOf(text); at !== -1; at = chunk.indexOf(text, at + by.length)) by.copy(chunk, at);
}
