import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboards, queriesOf } from '../grafana/dashboards.ts';
import { clock } from '../prometheus/clock.ts';
import { groups } from '../prometheus/rules.ts';
import { closeAnEvent, openDoor } from './busy-door.ts';
import { type Fault, stages } from './faults.ts';
import { openRehearsal, type Rehearsal } from './rehearsal.ts';

/** 1 is as the rules are written, and takes eleven minutes: npm run verify:alerts -- --as-written. */
const FASTER = Number(process.env.ALERTS_FASTER ?? 60);
/** Also how long an answer may take, and it waits for the database. */
const SCRAPE_MS = FASTER > 1 ? 1_000 : 5_000;
const PATIENCE_MS = FASTER > 1 ? 60_000 : 15 * 60_000;
const within = PATIENCE_MS;

const written = groups(clock()).flatMap((group) => group.rules);
const alerts = written.flatMap((rule) => ('alert' in rule ? [rule.alert] : []));

describe('a system under Prometheus', { timeout: 4 * PATIENCE_MS }, () => {
  const opened = new AsyncDisposableStack();
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    rehearsal = opened.use(await openRehearsal({ faster: FASTER, scrapeInterval: `${SCRAPE_MS}ms` }));
    opened.use(await openDoor(rehearsal));
  }, 120_000);
  afterAll(async () => {
    await opened.disposeAsync();
  }, 60_000);

  const haveEnded = async (names: readonly string[]) => {
    let firing: string[] = [];
    const quiet = async () => {
      const all = await rehearsal.prometheus.firing();
      firing = names.filter((name) => all.has(name));
      return firing.length === 0;
    };
    await waitUntil(quiet, { within, every: 100 }).catch((cause: Error) => {
      throw new Error(`did not end: ${firing.join(', ')}`, { cause });
    });
  };
  const haveFired = async (names: readonly string[]) => {
    const missing = new Set(names);
    const seen = async () => {
      for (const name of await rehearsal.prometheus.firing()) missing.delete(name);
      return missing.size === 0;
    };
    await waitUntil(seen, { within, every: 200 }).catch((cause: Error) => {
      throw new Error(`did not fire: ${[...missing].join(', ')}`, { cause });
    });
  };
  const strike = async (faults: readonly Fault[]) => {
    const names = faults.flatMap(({ fires }) => fires);
    await haveEnded(names);
    for (const fault of faults) await fault.cause(rehearsal);
    await haveFired(names);
  };
  const fault = (stage: readonly Fault[] = []) => stage.map(({ what }) => what).join(', ');
  const [first = [], second = []] = stages;

  it('loads every rule, and fires no alert while people get in and events are closed', async () => {
    const { prometheus } = rehearsal;
    const closedAndTold = async () => {
      await closeAnEvent(rehearsal, within);
      // A counter has risen when two scrapes saw it, so the first event of all shows nothing.
      const counts = ['turnout_closure_run_seconds_count', 'turnout_delivery_delay_seconds_count'];
      const risen = counts.map((count) => prometheus.query(`sum(increase(${count}[10m])) > 0`));
      return (await Promise.all(risen)).every((series) => series.length > 0);
    };
    await waitUntil(closedAndTold, { within, every: SCRAPE_MS });
    const rules = await waitUntil(
      async () => {
        const loaded = await prometheus.rules();
        return loaded.every(({ health }) => health !== 'unknown') && loaded;
      },
      { within, every: 100 },
    );
    expect(rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : []))).toEqual([]);
    expect(rules).toHaveLength(written.length);
    // Before the first scrape everything is down.
    await haveEnded(alerts);
  });

  it(`fires when ${fault(first)}`, async () => {
    await strike(first);
    rehearsal.broker.heal();
    rehearsal.doorDatabase.heal();
  });

  it(`fires when ${fault(second)}`, async () => {
    await strike(second);
  });

  it('has fired every alert that there is', () => {
    const fired = stages.flat().flatMap(({ fires }) => fires);
    expect(fired.toSorted()).toEqual(alerts.toSorted());
  });

  const panels = dashboards.flatMap(({ title, panels }) => panels.map((panel) => ({ on: title, panel })));
  it('shows something in every panel', async () => {
    const range = FASTER > 1 ? '2m' : '30m';
    const empty: string[] = [];
    for (const { on, panel } of panels) {
      for (const query of queriesOf(panel, range)) {
        const found = await rehearsal.prometheus.query(query);
        if (!found.some(({ value }) => Number.isFinite(value))) empty.push(`${on}, ${panel.title}: ${query}`);
      }
    }
    expect(empty).toEqual([]);
  });
});
