// HL7's fhirpath.js on the expressions of path_expressions.json: compiled once, resources parsed, FHIR's R4 model
// loaded, results consumed. Prints "RATE<tab>RESULTS" for each, or "error<tab>MESSAGE".
//   node fhirpath_js.js EXPRESSIONS.json INPUTS_FOLDER SECONDS_EACH      (NODE_PATH holds the package fhirpath)

const fs = require('fs');
const path = require('path');
const fhirpath = require('fhirpath');
const model = require('fhirpath/fhir-context/r4');

const [expressions, folder, seconds] = process.argv.slice(2);
const inputs = {};
const input = name => (inputs[name] ??= JSON.parse(fs.readFileSync(path.join(folder, name + '.json'), 'utf8')));

let consumed = 0;
function consume(results) {
  for (const value of results) consumed += typeof value === 'string' ? value.length : 1;
  return results.length;
}

// Processor time, so that other programs on the machine do not count.
function processorSeconds() {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
}

function measure(evaluate, resource) {
  let count = 0, results = 0;
  const started = processorSeconds();
  let now = started;
  while (now - started < seconds) {
    for (let i = 0; i < 50; ++i) results = consume(evaluate(resource));
    count += 50;
    now = processorSeconds();
  }
  return {rate: count / (now - started), results};
}

const lines = [];
for (const {on, expression} of JSON.parse(fs.readFileSync(expressions, 'utf8')).expressions) {
  try {
    const evaluate = fhirpath.compile(expression, model);
    measure(evaluate, input(on));  // for the just-in-time compiler
    const {rate, results} = measure(evaluate, input(on));
    lines.push(`${rate}\t${results}`);
  } catch (error) {
    lines.push(`error\t${String(error.message).split('\n')[0]}`);
  }
}
process.stderr.write(`${consumed}\n`);
process.stdout.write(lines.join('\n') + '\n');
