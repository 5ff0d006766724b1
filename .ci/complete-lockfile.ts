import { readFileSync, writeFileSync } from "node:fs";

/**
 * Completes package-lock.json: lists optional platform packages that its packages name but that the registry at hand did not serve.
 *
 * `npm install` leaves such packages out, `npm ci` then refuses the lock as out of step. They are never installed on a platform they are
 * not for. Run it after every `npm install` (npm run lockfile); a test fails when it is due.
 */

type Package = {
  version?: string;
  dev?: boolean;
  license?: string;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  [name: string]: unknown;
};
type Lock = { packages: Record<string, Package> };

const systems = ["darwin", "win32", "android", "freebsd", "openharmony", "linux"];
const processors = ["arm64", "x64", "ia32", "riscv64", "ppc64", "s390x", "wasm32", "arm"];

/** Optional packages with an exact version that the lock does not list, with the package that names each. */
export function missingOptionals(lock: Lock): { name: string; version: string; wantedBy: Package }[] {
  return Object.entries(lock.packages).flatMap(([place, wantedBy]) =>
    Object.entries(wantedBy.optionalDependencies ?? {})
      .filter(([name, version]) => /^\d/.test(version) && !isListed(lock, place, name))
      .map(([name, version]) => ({ name, version, wantedBy })),
  );
}

function isListed(lock: Lock, place: string, name: string): boolean {
  return `node_modules/${name}` in lock.packages || `${place}/node_modules/${name}` in lock.packages;
}

/** What a platform package says of itself, read off its name. */
function platformOf(name: string): Record<string, string[]> {
  const word = name.split("/").pop()!;
  const os = systems.find((each) => word.includes(each));
  const cpu = processors.find((each) => word.includes(each));
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(os ? { os: [os] } : {}),
    ...(os === "linux" ? { libc: [word.includes("musl") ? "musl" : "glibc"] } : {}),
  };
}

function complete(file: string): number {
  const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
  const missing = missingOptionals(lock);
  for (const { name, version, wantedBy } of missing) {
    const { dev, license } = wantedBy;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(dev ? { dev } : {}),
      ...(license ? { license } : {}),
      optional: true,
    };
  }
  const { "": root, ...others } = lock.packages;
  const sorted = Object.fromEntries(Object.entries(others).sort(([a], [b]) => a.localeCompare(b, "en")));
  lock.packages = { "": root!, ...sorted };
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  return missing.length;
}

if (process.argv[1]?.endsWith("complete-lockfile.ts"))
  console.log(`${complete("package-lock.json")} package(s) added to package-lock.json`);
