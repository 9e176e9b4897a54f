import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Stands before an HTTP server, passes everything on, and changes what is answered. */
export async function startLiar(
  targetUrl: string,
  lie: (path: string, answer: string) => string,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const forward = async () => {
      const { method = 'GET', url: path = '/', headers } = request;
      const sent = await text(request);
      const answer = await fetch(targetUrl + path, {
        method,
        headers: {
          authorization: headers.authorization ?? '',
          ...(sent && { 'content-type': headers['content-type'] ?? '' }),
        },
        ...(sent && { body: sent }),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(lie(path, await answer.text()));
    };
    forward().catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
