// A relay in a process of its own, to be killed. Its settings come from the environment.
import { startRelay } from '@turnout/outbox/relay';
import { openDb } from '@turnout/runtime/postgres';
import { openPublisher } from '@turnout/runtime/rabbitmq';
import { exchange, logger } from './outbox.ts';

const { DATABASE_URL = '', AMQP_URL = '', BATCH_SIZE } = process.env;
const db = openDb({ url: DATABASE_URL, max: 1, applicationName: 'relay' });
const publisher = openPublisher({ url: AMQP_URL, name: 'relay', logger });
startRelay({ db, publisher, exchange, logger, batchSize: Number(BATCH_SIZE), pollMs: 20 });
