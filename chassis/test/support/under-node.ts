// Runs the check of Node's version under a false version number.
Object.defineProperty(process.versions, 'node', { value: process.argv[2] });
await import('chassis/process/runtime');
