/**
 * Measurements of this process, as `GET /metrics` shows them to Prometheus. Names end in `_total`, `_seconds` or what
 * is counted, as dashboards expect. Labels have few values: a route's pattern, a code, never an id and never a person.
 *
 * Modules that measure import `meter` from here. The API's global meter does nothing for whoever asked it before a
 * provider was there, so there is no other way to it.
 */
import type { Attributes, BatchObservableCallback } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';

/**
 * Read when somebody asks. A gauge shows what was read then: otherwise the SDK repeats the last value of one that is
 * gone.
 */
class Reader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    });
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const reader = new Reader();
const serializer = new PrometheusSerializer('', false, undefined, true, true);

/** Upper ends in seconds: from a fast answer to the two seconds that every answer is promised in, and beyond. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

const buckets = (boundaries: number[]) =>
  ({
    type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
    options: { boundaries, recordMinMax: false },
  }) as const;

export const meter = new MeterProvider({
  readers: [reader],
  views: [
    { instrumentType: InstrumentType.HISTOGRAM, instrumentName: '*_seconds', aggregation: buckets(SECONDS) },
    { instrumentType: InstrumentType.HISTOGRAM, instrumentName: '*_size', aggregation: buckets(SIZES) },
  ],
}).getMeter('turnout');

let reading: Promise<string> | undefined;

/**
 * Everything measured so far, in the text format of Prometheus. A gauge that can't be read now is left out. Those who
 * ask at once share what is read: of two readings beside each other the SDK would give the gauges to one.
 */
export async function readMetrics(): Promise<string> {
  reading ??= collect().finally(() => {
    reading = undefined;
  });
  return await reading;
}

async function collect(): Promise<string> {
  const { resourceMetrics } = await reader.collect({ timeoutMillis: 1_500 });
  return serializer.serialize(resourceMetrics);
}

/** A value of a gauge, with the labels that tell it from others of its name. */
export type Reading = number | { value: number; labels: Attributes };

/**
 * Shows gauges that are read together whenever somebody looks, until disposed. One that has no value now, or can't be
 * read because what it is about is away, is left out.
 *
 * @param gauges what each name says
 */
export function showGauges<Name extends string>(
  gauges: Readonly<Record<Name, string>>,
  read: () => Promise<Partial<Record<Name, Reading | Reading[]>>>,
): Disposable {
  const instruments = (Object.keys(gauges) as Name[]).map(
    (name) => [name, meter.createObservableGauge(name, { description: gauges[name] })] as const,
  );
  const all = instruments.map(([, instrument]) => instrument);
  const show: BatchObservableCallback = async (result) => {
    const found = await read();
    for (const [name, instrument] of instruments) {
      for (const reading of [found[name] ?? []].flat()) {
        if (typeof reading === 'number') result.observe(instrument, reading);
        else result.observe(instrument, reading.value, reading.labels);
      }
    }
  };
  meter.addBatchObservableCallback(show, all);
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(show, all) };
}
