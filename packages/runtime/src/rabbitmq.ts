export {
  type Consumer,
  type ConsumerConfig,
  type Delivery,
  openConsumer,
  type QueuedMessages,
} from './rabbitmq-consumer.ts';
export { connectToAny, nodesOf } from './rabbitmq-nodes.ts';
export {
  type OutgoingMessage,
  openPublisher,
  type Publisher,
  type PublisherConfig,
  type PublishOutcome,
} from './rabbitmq-publisher.ts';
export {
  declareEach,
  declareTopology,
  onOwnChannel,
  requireExchange,
  type Topology,
  TopologyError,
  type TopologyProblem,
} from './rabbitmq-topology.ts';
