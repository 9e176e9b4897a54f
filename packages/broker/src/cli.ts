import { BrokerMismatch, declareBroker } from './declare-broker.ts';

const url = process.env.AMQP_URL;
if (!url) {
  console.error(
    'AMQP_URL is not set. Set it to the URL of a user who may configure, write and read ^turnout\\.',
  );
  process.exit(1);
}
try {
  const { exchanges, queues, bindings } = await declareBroker({ url });
  console.error(
    `all ${exchanges} exchanges, ${queues} queues and ${bindings} bindings are declared as expected`,
  );
} catch (error) {
  if (error instanceof BrokerMismatch) {
    console.error(`${error.message}\nNothing existing was changed. See packages/broker/README.md.`);
  } else {
    console.error(
      `RabbitMQ could not be reached: ${error instanceof Error ? error.message || error.name : String(error)}`,
    );
  }
  process.exitCode = 1;
}
