import { fileURLToPath } from 'node:url';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { describe, expect, it } from 'vitest';
import { startProgram } from './support/program.ts';
import { startTraceCollector } from './support/trace-collector.ts';

// Where services run: the package's name must resolve from there.
const cwd = fileURLToPath(new URL('../../../apps/checkin-service', import.meta.url));
const preload = ['@turnout/runtime/telemetry-register'];
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const traceId = traceparent.slice(3, 35);

describe('telemetry', () => {
  it('makes one trace of a request and all it touched, and hands it over when the process stops', async () => {
    await using collector = await startTraceCollector();
    await using program = startProgram('traced-service', {
      cwd,
      preload,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'traced' },
    });
    const url = String((await program.said('ready')).url);
    await fetch(`${url}/livez`);
    const headers = {
      traceparent,
      'X-Request-Id': 'asked-1',
      'User-Agent': 'iPad of Ada-Lovelace',
      'X-Forwarded-For': '198.51.100.77',
    };
    const answer = await fetch(`${url}/greetings/ada-lovelace?search=countess`, { headers });
    expect(await answer.json()).toMatchObject({ traceparent: expect.stringContaining(traceId) });
    await fetch(`${url}/greetings/%`, { headers: { traceparent, 'X-Request-Id': 'asked-2' } });
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);

    const spans = collector.spans.filter((span) => span.traceId === traceId);
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'GET',
      'GET /greetings/:name',
      'pg.query:SELECT postgres',
      'pg.query:greet postgres',
      'publish amq.topic',
      'request handler',
      'set',
    ]);
    const served = spans.find(({ name }) => name === 'GET /greetings/:name');
    expect(served).toMatchObject({
      service: 'traced',
      parentSpanId: traceparent.slice(36, 52),
      attributes: { 'http.route': '/greetings/:name', 'turnout.request_id': 'asked-1' },
    });
    const greeted = program.lines.find(({ msg }) => msg === 'greeted');
    expect(greeted).toMatchObject({ trace_id: traceId });
    const requested = program.lines.find(({ requestId }) => requestId === 'asked-1');
    expect(requested).toMatchObject({ msg: 'request', trace_id: traceId });
    // Neither probes nor what a service does by itself are traced, and no one is named.
    expect(collector.spans.every((span) => span.traceId === traceId)).toBe(true);
    expect(collector.received.join()).not.toMatch(/ada-lovelace|countess|198\.51\.100\.77/i);
    const address = /^(?:client|server|network\.peer)\.|^user_agent\./;
    expect(Object.keys(served?.attributes ?? {}).filter((name) => address.test(name))).toEqual([]);
    // What can't be read is in a trace too, under the id that its sender was told.
    const malformed = collector.spans.find(
      ({ attributes }) => attributes['turnout.request_id'] === 'asked-2',
    );
    expect(malformed?.traceId).toBe(traceId);
    const refused = program.lines.find(({ requestId }) => requestId === 'asked-2');
    expect(refused).toMatchObject({ problem: 'malformed_request', trace_id: traceId });
  });

  it('that nobody collects does not hold up the end of the process', async () => {
    await using program = startProgram('traced-service', {
      cwd,
      preload,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SERVICE_NAME: 'traced' },
    });
    const url = String((await program.said('ready')).url);
    expect((await fetch(`${url}/greetings/ada`)).status).toBe(200);
    const toldToStop = performance.now();
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(performance.now() - toldToStop).toBeLessThan(7_000);
  });

  it('tells how the collector is, and one that takes connections and never answers holds up nothing', async () => {
    await using collector = await startTraceCollector();
    await using proxy = await startProxy(collector.url);
    await using program = startProgram('traced-service', {
      cwd,
      preload,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: proxy.url,
        OTEL_SERVICE_NAME: 'traced',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      },
    });
    const url = String((await program.said('ready')).url);
    const standing = async () => {
      const ready = await fetch(`${url}/readyz`);
      return [ready.status, ((await ready.json()) as { checks: object }).checks];
    };
    const becomes = async (state: string) => {
      const afterOneMore = () => fetch(`${url}/greetings/ada`).then(standing);
      await expect.poll(afterOneMore).toEqual([200, { trace_collector: state }]);
    };
    expect(await standing()).toEqual([200, { trace_collector: 'unknown' }]);
    await becomes('ok');
    proxy.blackhole();
    await becomes('unavailable');
    // Each is owed within two seconds, whatever the collector does; one after the other they would wait for it in turn.
    for (let n = 0; n < 20; n += 1) expect((await fetch(`${url}/greetings/ada`)).status).toBe(200);
    const lost = program.lines.filter(({ dependency }) => dependency === 'trace_collector');
    expect(lost).toMatchObject([{ level: 'warn', msg: 'a dependency is unavailable' }]);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'turnout_dependency_up{dependency="trace_collector"} 0',
    );
    proxy.heal();
    proxy.reset();
    await becomes('ok');
  });

  it('without a collector still carries the ids of a trace from the caller to logs and messages', async () => {
    await using program = startProgram('traced-service', {
      cwd,
      preload,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' },
    });
    const url = String((await program.said('ready')).url);
    const continued = await fetch(`${url}/greetings/ada`, {
      headers: { traceparent, tracestate: 'vendor=1' },
    });
    expect(await continued.json()).toEqual({ traceparent, tracestate: 'vendor=1' });
    expect(program.lines.find(({ msg }) => msg === 'greeted')).toMatchObject({ trace_id: traceId });
    await program.said('request');
    expect(program.lines.find(({ msg }) => msg === 'request')).toMatchObject({ trace_id: traceId });
    const begun = await fetch(`${url}/greetings/ada`);
    expect(await begun.json()).toEqual({
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
    });
  });
});
