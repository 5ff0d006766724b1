import { join } from "node:path";
import type { BuildAppOptions } from "fauxqs";

type Stores = NonNullable<BuildAppOptions["stores"]>;

/**
 * fauxqs' stores kept on disk (messages in SQLite, a file for each object), so that with --data nothing is lost with the process.
 * Only its startFauxqs() opens them, and that listens on every interface; so we take the same modules by their files,
 * which its "exports" hide. Its exact version is pinned in package.json, and a test restarts it.
 */
export async function openMessageStores(dataDir: string): Promise<{ stores: Stores; close(): void }> {
  const entry = import.meta.resolve("fauxqs");
  const load = async (path: string) => (await import(new URL(path, entry).href)) as Record<string, unknown>;
  type Store = { persistence?: unknown };
  type QueueStore = Store & { allQueues(): Iterable<Store> };
  const make = <T>(module: Record<string, unknown>, name: string, ...args: unknown[]) =>
    new (module[name] as new (...args: unknown[]) => T)(...args);

  const sqsStore = make<QueueStore>(await load("./sqs/sqsStore.js"), "SqsStore");
  const snsStore = make<Store>(await load("./sns/snsStore.js"), "SnsStore");
  const s3Store = make<Store>(await load("./s3/s3Store.js"), "S3Store");
  const s3Files = make<{ loadS3(s3: Store): void; close(): void }>(
    await load("./s3/fileS3Persistence.js"),
    "FileS3Persistence",
    join(dataDir, "s3"),
  );
  const persistence = make<{ loadSqsAndSns(sqs: Store, sns: Store): void; close(): void }>(
    await load("./persistence.js"),
    "PersistenceManager",
    dataDir,
  );
  // In fauxqs' own order: loading into stores that already persist would delete what is being loaded.
  persistence.loadSqsAndSns(sqsStore, snsStore);
  s3Files.loadS3(s3Store);
  s3Store.persistence = s3Files;
  sqsStore.persistence = persistence;
  snsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
  return {
    stores: { sqsStore, snsStore, s3Store } as unknown as Stores,
    close: () => {
      persistence.close();
      s3Files.close();
    },
  };
}
