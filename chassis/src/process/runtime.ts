// The first import of every entry point: says plainly when the wrong Node runs it.
// npm scripts always find Node 24, because it is a dependency of the root package.
const NEEDED = 24;

const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  process.stderr.write(
    `This needs Node ${NEEDED} or newer, but Node ${process.versions.node} runs it. ` +
      'Start it by npm ("npm start", "npm start -w gateway"), which brings its own Node.\n',
  );
  process.exit(1);
}
