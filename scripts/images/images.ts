// `npm run images`: builds the three images, starts each service in its image, checks it, and stops it.
// Needs docker, or buildah with the base image in its store. Without either, all checks are skipped and named.
import { buildah, hasBaseImage } from './buildah.ts';
import { CHECKS } from './checks.ts';
import { docker } from './docker.ts';
import { works, type Engine } from './engine.ts';
import { SERVICES, System } from './system.ts';

/** Returns the engine that works here; a docker client without its daemon does not. */
function findEngine(): Engine | undefined {
  if (works('docker', 'info')) return docker;
  return hasBaseImage() ? buildah : undefined;
}

function sizeOf(engine: Engine, image: string): string {
  try {
    return `${Math.round(engine.size(image) / 1e6)} MB`;
  } catch {
    return 'no image';
  }
}

async function runChecks(engine: Engine): Promise<{ passed: number; failed: number }> {
  const system = new System();
  process.once('SIGINT', () => void system.stop().finally(() => process.exit(130)));
  let passed = 0;
  try {
    for (const { name, run } of CHECKS) {
      try {
        await run(engine, system);
        passed += 1;
        console.log(`ok      ${name}`);
      } catch (error) {
        console.log(`FAILED  ${name}\n${String(error)}`);
      }
    }
    for (const service of SERVICES)
      console.log(`size    ${service}: ${sizeOf(engine, system.image(service))}`);
  } finally {
    await system.stop();
  }
  return { passed, failed: CHECKS.length - passed };
}

const engine = findEngine();
if (engine === undefined) {
  for (const { name } of CHECKS) console.log(`skipped ${name}`);
  console.log('Found neither a docker daemon nor buildah with the image node:24-bookworm-slim.');
  console.log(`0 passed, 0 failed, ${CHECKS.length} skipped`);
} else {
  console.log(`engine  ${engine.name}`);
  const { passed, failed } = await runChecks(engine);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
