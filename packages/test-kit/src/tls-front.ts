import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** The first message of a PostgreSQL client that wants TLS; `S` is the server's yes. */
const SSL_REQUEST_BYTES = 8;

export interface TlsFront extends AsyncDisposable {
  port: number;
}

/**
 * A port that speaks TLS for a server that does not. PostgreSQL's clients ask for it first, the others begin with it.
 */
export async function startTlsFront(
  target: URL,
  secureContext: SecureContext,
  { asked }: { asked: boolean },
): Promise<TlsFront> {
  const open = new Set<Socket>();
  const server = createServer(async (client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        open.delete(socket);
      });
    }
    if (asked) {
      await once(client, 'readable');
      client.read(SSL_REQUEST_BYTES);
      client.write('S');
    }
    const secured = new TLSSocket(client, { isServer: true, secureContext });
    secured.on('error', () => client.destroy());
    secured.pipe(upstream).pipe(secured);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
