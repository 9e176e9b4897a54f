import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startProxy } from '../src/start-proxy.ts';
import { waitUntil } from '../src/wait-until.ts';

/** A server that notes what it is told and says it again. */
async function startEcho() {
  const told: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      told.push(chunk.toString());
      socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    [Symbol.dispose]: () => void server.close(),
  };
}

async function open(url: string): Promise<{ socket: Socket; heard: () => string; ended: () => string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let heard = '';
  let ended = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ended = error.code ?? 'error';
  });
  await once(socket, 'connect');
  return { socket, heard: () => heard, ended: () => ended };
}

describe('a fault proxy', () => {
  it('forwards one request, loses what is answered to it and resets the connection; others go on', async () => {
    using echo = await startEcho();
    await using proxy = await startProxy(echo.url);
    const [one, other] = [await open(proxy.url), await open(proxy.url)];
    proxy.loseAnswersTo('commit');
    other.socket.write('select');
    one.socket.write('commit');
    await waitUntil(() => one.ended() === 'ECONNRESET');
    expect(echo.told.toSorted()).toEqual(['commit', 'select']);
    expect(one.heard()).toBe('');
    await waitUntil(() => other.heard() === 'select');
    expect(proxy.answersLost).toBe(1);
    other.socket.destroy();
  });

  it('changes what is asked for', async () => {
    using echo = await startEcho();
    await using proxy = await startProxy(echo.url);
    const { socket, heard } = await open(proxy.url);
    proxy.replace('lock:', 'LOCK:');
    socket.write('take lock:1 and lock:2');
    await waitUntil(() => heard() !== '');
    expect(heard()).toBe('take LOCK:1 and LOCK:2');
    proxy.heal();
    socket.write(' lock:3');
    await waitUntil(() => heard().endsWith('lock:3'));
    socket.destroy();
  });

  it('resets what is open and lets in what is new', async () => {
    using echo = await startEcho();
    await using proxy = await startProxy(echo.url);
    const old = await open(proxy.url);
    old.socket.write('hello');
    await waitUntil(() => old.heard() === 'hello');
    proxy.reset();
    await waitUntil(() => old.ended() === 'ECONNRESET');
    const young = await open(proxy.url);
    young.socket.write('hello');
    await waitUntil(() => young.heard() === 'hello');
    young.socket.destroy();
  });
});
