import { BrokerMismatch, declareBroker } from './declare-broker.ts';

const url = process.env.AMQP_URL;
if (!url) {
  console.error('AMQP_URL is not set. Give the URL of a user who may configure, write and read ^turnout\\.');
  process.exit(1);
}
try {
  const { exchanges, queues, bindings } = await declareBroker({ url });
  console.error(
    `the broker has all ${exchanges} exchanges, ${queues} queues and ${bindings} bindings as they should be`,
  );
} catch (error) {
  if (error instanceof BrokerMismatch) {
    console.error(`${error.message}\nNothing that exists was changed. See packages/broker/README.md.`);
  } else {
    console.error(
      `RabbitMQ could not be asked: ${error instanceof Error ? error.message || error.name : String(error)}`,
    );
  }
  process.exitCode = 1;
}
