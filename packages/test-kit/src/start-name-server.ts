import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';

export interface NameServer extends AsyncDisposable {
  /** Asks this name server and no other. */
  resolver: Resolver;
  questions: number;
}

/** A DNS server that answers each question for IPv4 by `addressesOf(name, how often it was asked)`, and has no IPv6. */
export async function startNameServer(
  addressesOf: (name: string, nth: number) => string[],
): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked = new Map<string, number>();
  const state = { questions: 0 };
  socket.on('message', (query, from) => {
    let end = 12;
    const labels: string[] = [];
    for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
      labels.push(query.subarray(end + 1, end + 1 + length).toString());
      end += length + 1;
    }
    const question = query.subarray(12, end + 5);
    const isForIpv4 = question.readUInt16BE(question.length - 4) === 1;
    const name = labels.join('.');
    let addresses: string[] = [];
    if (isForIpv4) {
      state.questions += 1;
      const nth = (asked.get(name) ?? 0) + 1;
      asked.set(name, nth);
      addresses = addressesOf(name, nth);
    }
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const answers = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolver,
    get questions() {
      return state.questions;
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
