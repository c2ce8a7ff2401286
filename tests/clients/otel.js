// Sends log records with the OpenTelemetry SDK and ends with 0 once its exporter says that they were taken.
//
//   node otel.js http|proto URL TOKEN none|gzip
const { createRequire } = require('node:module');
const from = createRequire(process.env.CLIENTS + '/package.json');
const { LoggerProvider, SimpleLogRecordProcessor } = from('@opentelemetry/sdk-logs');
const { Resource } = from('@opentelemetry/resources');
const [form, url, token, compression] = process.argv.slice(2);
const { OTLPLogExporter } = from(`@opentelemetry/exporter-logs-otlp-${form}`);

const exporter = new OTLPLogExporter({ url, headers: { Authorization: `Bearer ${token}` }, compression });
const results = [];
const watched = {
  export: (records, done) => exporter.export(records, (result) => { results.push(result); done(result); }),
  shutdown: () => exporter.shutdown(),
};
const provider = new LoggerProvider({ resource: new Resource({ 'service.name': 'shop', tenant: 'acme' }) });
provider.addLogRecordProcessor(new SimpleLogRecordProcessor(watched));
const logger = provider.getLogger('otp');

logger.emit({
  timestamp: new Date('2026-01-31T09:30:00.123Z'),
  body: 'code sent',
  attributes: {
    'log.record.uid': `otel-${form}-${compression}-1`, 'event.name': 'challenge.sent', 'enduser.id': 'u-17',
    'challenge.id': 'c-otel', 'challenge.factor': 'sms', 'client.address': '203.0.113.7', 'app.version': '1.2',
  },
});
logger.emit({
  timestamp: new Date('2026-01-31T09:30:05Z'),
  body: JSON.stringify({ id: `otel-${form}-${compression}-2`, time: '2026-01-31T09:30:05Z', type: 'challenge.verified',
    tenant: 'acme', challenge: { id: 'c-otel' } }),
  attributes: {},
});

provider.forceFlush().then(() => provider.shutdown()).then(() => {
  const failed = results.filter((result) => result.code !== 0);
  if (failed.length > 0 || results.length !== 2) {
    console.error(JSON.stringify(results, (k, v) => (v instanceof Error ? String(v) : v)));
    process.exit(1);
  }
});
