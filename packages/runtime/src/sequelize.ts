import pg from 'pg';
import { Sequelize } from 'sequelize';
import { DeadlineClient } from './postgres-client.ts';
import { type DatabaseConfig, sessionSettings } from './postgres-config.ts';
import { waited, watchPool } from './postgres-metrics.ts';

/**
 * Opens Sequelize on the same terms as `openDb`: every statement and every connection has a client-side deadline,
 * and a connection that missed one is discarded; its pool is measured under the same names. Close it with
 * `sequelize.close()`.
 *
 * A query inside a managed transaction must be given `{ transaction }`: without it, it takes a second connection and
 * the pool can deadlock under load. Run each use case once with `max: 1`, where that shows at once.
 */
export function openSequelize(config: DatabaseConfig): Sequelize {
  const { connectionTimeoutMillis, ...session } = sessionSettings(config);
  const sequelize = new Sequelize(config.url, {
    dialect: 'postgres',
    dialectModule: { ...pg, Client: DeadlineClient },
    dialectOptions: { ...session, connectionTimeoutMillis },
    logging: false,
    pool: { max: config.max, min: 0, idle: 30_000, acquire: connectionTimeoutMillis },
    // The default is to try a refused connection again by itself, which outlasts any deadline.
    retry: { max: 1 },
  });
  measure(sequelize, config.applicationName);
  return sequelize;
}

/** What Sequelize declares nowhere. */
interface ConnectionManager {
  pool: { readonly available: number; readonly using: number; readonly waiting: number };
  getConnection(...options: unknown[]): Promise<unknown>;
}

/** Its hooks say nothing of a connection that could not be had, which is the wait that counts most. */
function measure(sequelize: Sequelize, name: string): void {
  const manager = sequelize.connectionManager as unknown as ConnectionManager;
  const watched = watchPool(name, () => ({
    idle: manager.pool.available,
    busy: manager.pool.using,
    waiting: manager.pool.waiting,
  }));
  const connect = manager.getConnection.bind(manager);
  manager.getConnection = (...options) => waited(name, () => connect(...options));
  const close = sequelize.close.bind(sequelize);
  sequelize.close = async () => {
    watched[Symbol.dispose]();
    await close();
  };
}
