// The first import of every entry point: reports a version of Node that is too old.
// npm scripts always find Node 24, because it is a dependency of the root package.
const MIN_MAJOR = 24;

const major = Number(process.versions.node.split('.')[0]);
if (major < MIN_MAJOR) {
  process.stderr.write(
    `This needs Node ${MIN_MAJOR} or newer, but Node ${process.versions.node} runs it. ` +
      'Start it with npm ("npm start", "npm start -w gateway"), which brings its own Node.\n',
  );
  process.exit(1);
}
