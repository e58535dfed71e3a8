// Prints free ports of 127.0.0.1, one a line. The argument is their number.
import { freePorts } from 'chassis/testing/free-ports';

for (const port of await freePorts(Number(process.argv[2] ?? 1))) console.log(port);
