import { diskAlarm, poisoned, queueDeleted, repeatedTenTimes } from './broker.ts';
import { killedAt, stoppedAt } from './failpoints.ts';
import type { Fault } from './fault.ts';
import { killedInTurn } from './kill-services.ts';
import { commitAnswersLost, networkFault, resets } from './network.ts';
import { redisFlushed, redisSaysYesToBoth } from './redis.ts';
import { serverKilled, serverStopped } from './servers.ts';
import { processStandsStill } from './stand-still.ts';

/** Several lifetimes of the lock, and longer than a statement waits for a row. */
const LOCK_LIFETIMES = [3_000, 5_000] as const;

/** Any process of these may come by first where enrollments change. */
const CHANGING = ['checkin', 'closure', 'admin'] as const;

/** Every kind of fault there is. A run deals them in an order that follows from its seed. */
export const deck: readonly Fault[] = [
  killedInTurn('checkin'),
  killedInTurn('closure'),
  killedInTurn('admin'),
  killedInTurn('notifier'),
  killedAt('closure.fenced', 'after the fence of a closure', {
    touches: ['closure'],
    needs: ['postgres'],
    disturbs: 'closures',
  }),
  killedAt('enrollments.saved', 'before a COMMIT', {
    touches: CHANGING,
    needs: ['postgres'],
    disturbs: 'requests',
  }),
  killedAt('enrollments.committed', 'between a COMMIT and its answer', {
    touches: CHANGING,
    needs: ['postgres'],
    disturbs: 'requests',
  }),
  killedAt('relay.published', 'after a publish and before the delete', {
    touches: CHANGING,
    needs: ['postgres', 'rabbitmq'],
    disturbs: 'messages',
  }),
  killedAt('notifier.stored', 'after an effect and before its ack', {
    touches: ['notifier'],
    needs: ['postgres', 'rabbitmq'],
    disturbs: 'messages',
  }),
  stoppedAt(
    'closure.fenced',
    'after the fence of a closure',
    { touches: ['closure'], needs: ['postgres', 'redis'] },
    LOCK_LIFETIMES,
  ),
  stoppedAt(
    'enrollments.saved',
    'inside a transaction',
    { touches: CHANGING, needs: ['postgres'] },
    LOCK_LIFETIMES,
  ),
  processStandsStill,
  serverKilled('postgres', ['checkin', 'closure'], 4_000),
  serverKilled('rabbitmq', [], 9_000),
  serverKilled('redis', [], 2_000),
  serverStopped('postgres', ['checkin', 'closure'], [3_000, 4_000]),
  serverStopped('rabbitmq', [], [3_000, 6_000]),
  serverStopped('redis', [], [2_000, 3_000]),
  networkFault({ link: 'postgres', what: 'connections are cut and refused', begin: (proxy) => proxy.cut() }),
  networkFault({
    link: 'postgres',
    what: 'connections swallow everything',
    begin: (proxy) => proxy.blackhole(),
  }),
  networkFault({
    link: 'postgres',
    what: 'everything takes 100 ms more each way',
    begin: (proxy) => proxy.delay(100),
  }),
  resets('postgres'),
  commitAnswersLost,
  networkFault({ link: 'rabbitmq', what: 'connections are cut and refused', begin: (proxy) => proxy.cut() }),
  networkFault({
    link: 'rabbitmq',
    what: 'connections swallow everything',
    begin: (proxy) => proxy.blackhole(),
    lastsMs: [3_000, 6_000],
  }),
  networkFault({
    link: 'rabbitmq',
    what: 'answers are lost, confirms among them',
    begin: (proxy) => proxy.loseAnswers(),
    lastsMs: [3_000, 6_000],
  }),
  networkFault({
    link: 'rabbitmq',
    what: 'everything takes 200 ms more each way',
    begin: (proxy) => proxy.delay(200),
  }),
  resets('rabbitmq'),
  networkFault({ link: 'redis', what: 'absent', begin: (proxy) => proxy.cut(), victims: ['all'] }),
  networkFault({
    link: 'redis',
    what: 'connections swallow everything',
    begin: (proxy) => proxy.blackhole(),
  }),
  redisFlushed,
  redisSaysYesToBoth,
  diskAlarm,
  queueDeleted,
  repeatedTenTimes,
  poisoned,
];
