/* node main.mjs [PART-OF-A-NAME]; see run.sh */
import { runAll } from './harness.mjs';
import './alone.mjs';
import { server } from './real.mjs';
import './mini.mjs';

const { passed, failed } = await runAll(process.argv[2]);
await server.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
