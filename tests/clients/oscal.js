// Holds documents against a JSON schema of NIST's.
//
//   node oscal.js SCHEMA DOCUMENT...
//
// Prints what is wrong, a line each, and exits 1 if there is anything.
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const from = createRequire(process.env.CLIENTS + '/package.json');
const Ajv = from('ajv').default;
const addFormats = from('ajv-formats').default;

const [schema, ...documents] = process.argv.slice(2);
// The schemas have \p{L} in patterns, and keywords beside $ref, which strict mode does not like.
const ajv = new Ajv({ strict: false, unicodeRegExp: true, allErrors: true });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
for (const document of documents) {
  if (validate(JSON.parse(readFileSync(document, 'utf8')))) continue;
  process.exitCode = 1;
  for (const error of validate.errors) console.log(`${document}: ${error.instancePath || '/'} ${error.message} (${error.schemaPath})`);
}
