// development rig

import { readFileSync } from 'node:fs';
import { newId } from '@turnout/runtime/ids';
import { openDb } from '@turnout/runtime/postgres';
import { startCheckin, startFloor } from '/work/main/benchmarks/src/checkin/contestants.ts';
import { seedEvent, seedOrganization, settle } from '/work/main/benchmarks/src/checkin/seed.ts';
import { putLoad } from '/work/main/benchmarks/src/load.ts';
import { openStand } from '/work/main/benchmarks/src/stand.ts';

const rounds = Number(process.env.ROUNDS ?? 2);
const plan = (process.env.PLAN ?? '128:12000,32:8000,1:600').split(',').map((x) => x.split(':').map(Number));
const who = (process.env.WHO ?? 'floor,checkin').split(',');
await using stand = await openStand();
await using db = openDb({
  url: stand.databaseUrl,
  max: 2,
  applicationName: 'bench',
  queryTimeoutMs: 600_000,
});
const { organizationId, token } = await seedOrganization(db);
const contestants: Record<string, any> = {};
if (who.includes('floor')) contestants.floor = await startFloor(stand);
if (who.includes('checkin')) contestants.checkin = await startCheckin(stand);
const cpu = (pid: number) => {
  const s = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(s[11]) + Number(s[12])) * 10;
};

import { readdirSync } from 'node:fs';

const allCpu = () => {
  const out: Record<string, number> = {};
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const t = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const env = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const mine = env.includes(stand.logDir.replace('/logs', ''));
      const n = t.slice(t.indexOf('(') + 1, t.lastIndexOf(')'));
      const f = t.slice(t.lastIndexOf(')') + 2).split(' ');
      const key = mine ? n : 'OTHERS';
      out[key] = (out[key] ?? 0) + (Number(f[11]) + Number(f[12])) * 10;
    } catch {}
  }
  return out;
};
console.log(stand.logDir);
for (let r = 0; r < rounds; r++)
  for (const [connections, amount] of plan)
    for (const name of who) {
      const { eventId, codes } = await seedEvent(db, organizationId, amount!);
      await settle(db);
      const bodies = codes.map((accessCode) => ({ scanId: newId(), accessCode, station: 'Door A' }));
      const c = contestants[name];
      const a0 = allCpu(),
        t0 = performance.now();
      const c0 = cpu(c.unit.pid),
        m0 = process.cpuUsage();
      const m = await putLoad({
        url: c.url,
        path: `/v1/events/${eventId}/check-ins`,
        token,
        connections: connections!,
        bodies,
      });
      const a1 = allCpu();
      const dt = performance.now() - t0;
      console.log(
        '   ',
        Object.keys(a1)
          .map((k) => [k, Math.round(((a1[k]! - (a0[k] ?? 0)) * 1000) / amount!)] as const)
          .filter(([, v]) => v > 3)
          .map(([k, v]) => `${k}=${v}us`)
          .join(' '),
        'wall/req',
        Math.round((dt * 1000) / amount!) + 'us',
      );
      const me = process.cpuUsage(m0);
      console.log(
        r,
        name.padEnd(8),
        connections,
        Math.round(m.rate) + '/s',
        'p50',
        m.p50.toFixed(2),
        'p99',
        m.p99.toFixed(1),
        'cpu/req',
        Math.round(((cpu(c.unit.pid) - c0) * 1000) / amount!) + 'us',
        'gen',
        Math.round((me.user + me.system) / amount!) + 'us',
      );
    }
import { execSync } from "node:child_process"; console.log(execSync(`grep -hE "^(TT|RR)" ${stand.logDir}/checkin-service.log | tail -6`).toString());
for (const c of Object.values(contestants)) await (c as any).unit.stop();
